FROM debian:12.5
LABEL org.text=x
LABEL org.text=$X
USER 10001
