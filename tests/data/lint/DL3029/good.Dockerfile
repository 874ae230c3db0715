FROM --platform=$BUILDPLATFORM debian:12.5 AS build
FROM --platform=linux/arm64 debian:12.5 AS build-arm64
FROM debian:12.5
USER 10001
