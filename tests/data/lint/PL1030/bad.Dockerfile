FROM scratch AS base
ENV A=b
LABEL c=d
FROM base AS same
FROM debian:12
COPY --from=base /app /app
COPY --from=1 /app /app
USER 10001
