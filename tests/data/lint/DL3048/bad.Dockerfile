FROM debian:12.5
LABEL Version=1 com.docker.x=y a..b=c
USER 10001
