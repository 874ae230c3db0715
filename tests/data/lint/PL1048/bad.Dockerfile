ARG V=3.9
FROM golang:1.25 AS build
RUN go build .
FROM python:${V}-slim-bookworm AS base
RUN true
FROM base
USER 10001
