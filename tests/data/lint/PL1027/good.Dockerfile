FROM debian:12 AS other
VOLUME /data
FROM debian:12
VOLUME /data
ONBUILD VOLUME /more
USER 10001
