ARG TAG=latest
FROM debian:latest
FROM debian:$TAG
FROM ${BASE}:latest
