FROM debian:12.5
ARG K=x
LABEL Version=1
LABEL com.docker.x=y
LABEL org.opencontainers.image.version=1
# Published for others to set.
LABEL com.docker.extension.publisher-url=x
LABEL a--b=c
LABEL 1a=b
USER 10001
