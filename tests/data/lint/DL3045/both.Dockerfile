FROM debian:12.5 AS base
COPY a b
COPY a /b
COPY a $X
WORKDIR /srv
COPY a b
FROM base AS next
COPY a b
# Inherited over two stages.
FROM next
COPY a b
USER 10001
