FROM debian:12.5
LABEL org.hash=main
USER 10001
