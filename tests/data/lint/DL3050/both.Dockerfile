FROM debian:12.5
LABEL org.text=x org.other=y
LABEL org.url=https://example.com
USER 10001
