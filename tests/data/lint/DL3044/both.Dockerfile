FROM debian:12.5 AS one
ENV A=/x B=$A/y
ENV A=/z B=${A}/y
ENV PATH=/x:$PATH
FROM debian:12.5
# What another stage sets is not set here.
ENV A=/x B=$A/y
ENV C=/x D=$CC
ENV E=1 F="${E}"
USER 10001
