FROM debian:12 AS build
USER root
FROM debian:12
USER root
RUN true
USER 10001:0
