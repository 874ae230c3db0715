ARG TAG=latest
FROM debian:latest AS one
FROM debian:12.5
# hadolint does not resolve variables
FROM debian:$TAG
FROM debian:${OTHER:-latest}
FROM debian:latest@sha256:0123456789012345678901234567890123456789012345678901234567890123
FROM one
USER 10001
