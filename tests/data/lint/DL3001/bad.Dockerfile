FROM debian:12.5
RUN service nginx start && \
    top -b -n 1
USER 10001
