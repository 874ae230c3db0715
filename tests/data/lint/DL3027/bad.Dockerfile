FROM debian:12.5
RUN apt install -y curl=7
USER 10001
