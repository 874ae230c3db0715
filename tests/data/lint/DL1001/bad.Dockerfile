FROM debian:12.5
# hadolint ignore=DL3008
RUN apt-get install -y curl
USER 10001
