FROM debian:12
VOLUME /data /proc
VOLUME ["/usr/lib/", "/var/run/docker.sock"]
ONBUILD VOLUME /etc/.
VOLUME /
USER 10001
