FROM debian:12 AS base
WORKDIR /app
USER app
FROM base
COPY . .
ADD a b /home/app/
COPY ["settings", "/app/settings"]
RUN chown app /data
