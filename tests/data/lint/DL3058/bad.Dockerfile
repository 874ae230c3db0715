FROM debian:12.5
LABEL org.email=me
USER 10001
