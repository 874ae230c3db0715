FROM debian:12.5 AS base
WORKDIR /srv
FROM base
COPY a b
COPY a /b
USER 10001
