FROM debian:12
LABEL version=1 "org.example.name"=a
LABEL org.example.name="b" other=c
LABEL a=1 \
  version=2 \
  a=2
USER 10001
