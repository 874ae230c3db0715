FROM alpine:3.21
USER 1
