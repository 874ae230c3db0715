FROM debian:12.5
RUN top -b -n 1 && \
    service nginx start
USER 10001
