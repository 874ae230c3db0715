ARG R
FROM evil.example/base:1 AS a
FROM debian:12
COPY --from=other.example/x:1 /x /x
RUN --mount=type=bind,from=third.example/y:1,target=/y true
FROM ${R}/app:1
