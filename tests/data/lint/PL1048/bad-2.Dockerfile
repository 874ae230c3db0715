FROM debian:wheezy
USER 1
