# syntax=docker/dockerfile:v1
FROM debian:12
USER 1
