ARG PLATFORM=linux/amd64
FROM --platform=linux/amd64 debian:12.5 AS a
# The name says what it is for.
FROM --platform=linux/arm64 debian:12.5 AS for-arm64
# The build may give another one.
FROM --platform=${PLATFORM} debian:12.5 AS b
FROM --platform=$BUILDPLATFORM debian:12.5
USER 10001
