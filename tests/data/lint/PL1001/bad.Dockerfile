FROM debian:12 AS base
USER app
FROM debian:12
RUN true
