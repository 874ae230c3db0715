FROM debian:12
ENTRYPOINT ["/sbin/init"]
