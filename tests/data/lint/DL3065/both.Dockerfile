FROM --platform=$TARGETPLATFORM debian:12.5
FROM --platform=${TARGETPLATFORM} debian:12.5
FROM --platform=$BUILDPLATFORM debian:12.5
FROM --platform=${TARGETPLATFORM:-linux/amd64} debian:12.5
FROM debian:12.5
USER 10001
