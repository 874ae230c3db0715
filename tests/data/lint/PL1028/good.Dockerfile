# An image of the stage's own name is no circle.
FROM gcc:14 AS gcc
RUN make
FROM debian:12 AS alpine
COPY --from=alpine:3.20 /etc/os-release /x
# BuildKit knows stages below, and this one needs nothing of here.
FROM debian:12 AS early
COPY --from=late /a /a
FROM debian:12 AS late
COPY --from=gcc /a /a
FROM early AS early
COPY --from=${unknown} /a /a
USER 10001
