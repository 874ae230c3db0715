FROM debian:12 AS base
LABEL version=1 $KEY=a
LABEL $KEY=b Version=1
ONBUILD LABEL version=3
FROM base
LABEL version=2
USER 10001
