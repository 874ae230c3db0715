FROM debian:12
VOLUME /data /proc
VOLUME ["/sys/fs/cgroup"]
WORKDIR /dev
ONBUILD VOLUME /dev/
USER 10001
