FROM debian:12.5
LABEL org.opencontainers.image.version=1 maintainer=me a-b.c/d=e
USER 10001
