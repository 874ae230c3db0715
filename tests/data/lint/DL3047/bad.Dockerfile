FROM debian:12.5
RUN wget https://example.com/a.tar.gz
USER 10001
