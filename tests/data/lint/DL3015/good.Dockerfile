FROM debian:12.5
RUN apt-get install -y --no-install-recommends curl=7
RUN apt-get -o APT::Install-Recommends=false install -y curl=7
RUN apt-get -o apt::install-recommends=0 install -y curl=7
RUN apt-get update
USER 10001
# It is asked for.
RUN apt-get install -y --install-recommends curl
