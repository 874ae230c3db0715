FROM debian:12 AS other
VOLUME /proc
FROM debian:12
VOLUME /data/proc /process /var/lib/app
VOLUME ["/sys/fs/cgroup", "/var/log", "proc"]
USER 10001
