FROM debian:12
RUN true && \
    sudo apt-get update
