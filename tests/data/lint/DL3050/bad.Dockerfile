FROM debian:12.5
LABEL org.text=x org.other=y
USER 10001
