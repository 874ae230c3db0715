FROM docker.io/ubuntu:20.04
USER 1
