# syntax=docker/dockerfile:1
# The version that is built
ARG VERSION=1
# base image
FROM a:1 AS build
