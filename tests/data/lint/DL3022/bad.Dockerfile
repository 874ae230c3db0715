FROM debian:12.5
COPY --from=busybox /bin/sh /x
COPY --from=3 /a /b
USER 10001
