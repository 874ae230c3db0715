FROM debian:12 AS base
VOLUME /data
FROM base
VOLUME ["/cache", "/log"]
