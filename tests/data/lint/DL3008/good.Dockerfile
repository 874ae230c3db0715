FROM debian:12.5
ARG PACKAGES="curl=7.88.1-10 vim=2:9.0"
RUN apt-get update && apt-get install -y -t stable curl=7.88.1-10 vim/stable ./own.deb $PACKAGES && rm -rf /var/lib/apt/lists/*
RUN apt-get remove -y curl
USER 10001
