FROM debian:12.5
RUN useradd -u 1000000 app
USER 10001
