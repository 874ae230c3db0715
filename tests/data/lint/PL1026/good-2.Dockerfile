FROM scratch
COPY rootfs /
USER app
