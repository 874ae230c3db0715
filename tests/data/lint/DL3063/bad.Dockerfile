FROM debian:12.5 AS scratch
FROM debian:12.5 AS context
USER 10001
