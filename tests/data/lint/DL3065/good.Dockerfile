FROM --platform=$BUILDPLATFORM debian:12.5 AS build
FROM debian:12.5
USER 10001
