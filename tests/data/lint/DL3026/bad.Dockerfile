FROM evil.example/base:1 AS a
FROM debian:12
COPY --from=other.example/x:1 /x /x
