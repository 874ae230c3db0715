ARG BASE=debian
ARG PINNED=debian:12.5
FROM debian AS one
FROM one
FROM scratch
# hadolint does not resolve what begins with a variable
FROM $BASE
FROM ${PINNED}
# nor what has one in it
ARG NAME=debian:12.5
FROM library/${NAME}
# a port is no tag
FROM localhost:5000/team/app
FROM registry.example.com:5000/team/app
FROM debian@sha256:0123456789012345678901234567890123456789012345678901234567890123
FROM two AS two
USER 10001
