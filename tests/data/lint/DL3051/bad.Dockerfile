FROM debian:12.5
LABEL org.text=""
USER 10001
