FROM debian:12.5
LABEL org.url=example.com
USER 10001
