FROM debian:12.8
COPY a.txt /b/
USER 10001
