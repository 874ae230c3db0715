# syntax=registry.example/docker/dockerfle:v1
FROM debian:12
USER 1
