FROM debian:9 AS old
RUN make
FROM alpine:3 AS moving
FROM python:3.10-bullseye
FROM registry.example.org/debian:9
FROM debian:bookworm-slim
FROM node:22
FROM team/centos:7
FROM ubuntu:24.04
USER 10001
