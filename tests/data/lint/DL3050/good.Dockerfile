FROM debian:12.5
LABEL org.text=x
USER 10001
