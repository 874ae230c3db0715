FROM debian:12
VOLUME /data/proc /process
VOLUME ["/development", "/dev/shm"]
WORKDIR /sysroot
USER 10001
