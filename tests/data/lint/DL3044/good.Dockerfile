FROM debian:12.5
ENV A=/x
ENV B=$A/y C=$AB
ENV PATH=/opt:$PATH
ENV A=/z B=${A}/y
USER 10001
