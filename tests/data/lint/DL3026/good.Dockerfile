FROM trusted.example/base:1 AS a
FROM debian:12
COPY --from=a /x /x
COPY --from=0 /x /y
