FROM debian:12.5
LABEL org.email=me@example.com
LABEL org.email=first.last+x@example.com
USER 10001
