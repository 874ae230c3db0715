FROM debian:12.5
LABEL org.url=https://example.com/x?y=z
USER 10001
