FROM trusted.example/team/app:1 AS one
FROM quay.io/team/app:1
FROM debian:12.5
FROM one
FROM scratch
# a host that has a port and no dot
FROM localhost:5000/team/app
COPY --from=quay.io/team/app:1 /a /a
COPY --from=one /a /a
# a stage by its number
COPY --from=0 /a /a
RUN --mount=type=bind,from=quay.io/team/app:1,target=/a make
RUN --mount=type=cache,target=/a make
USER 10001
