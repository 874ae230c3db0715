ARG V=12
FROM debian:12-slim AS base
FROM base AS next
FROM registry.example:5000/team/app:1.2.3 AS app
FROM debian:$V
USER 10001
