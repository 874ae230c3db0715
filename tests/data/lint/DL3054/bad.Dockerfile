FROM debian:12.5
LABEL org.licence=Apache2
USER 10001
