FROM debian:12.5 AS contexts
FROM scratch AS image
USER 10001
