FROM debian:12.5
RUN apt update && \
    apt install -y curl=7
RUN sudo apt install -y curl=7
RUN command apt install -y curl=7
ONBUILD RUN apt install -y curl=7
USER 10001
