# syntax=docker.io/docker/dockerfile-upstream:master-labs
FROM debian:12
USER 1
