ARG TOOLS=false
FROM scratch AS base
COPY a /
FROM scratch AS unpacked
ADD rootfs.tar.xz /
FROM scratch AS folder
WORKDIR /data
FROM base AS same
FROM scratch AS cache
FROM scratch AS tools-false
FROM tools-${TOOLS} AS tools
FROM debian:12
COPY --from=base /a /a
COPY --from=unpacked /etc /etc
COPY --from=tools / /usr/bin/
COPY --from=same /a /a
COPY --from=folder /data /data
RUN --mount=type=cache,from=cache,target=/root/.cache true
USER 10001
