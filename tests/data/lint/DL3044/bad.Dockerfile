FROM debian:12.5
ENV A=/x B=$A/y
USER 10001
