FROM debian:12@sha256:1111111111111111111111111111111111111111111111111111111111111111
LABEL org.opencontainers.image.base.digest=sha256:2222222222222222222222222222222222222222222222222222222222222222
LABEL a=b a=c
RUN useradd -r -G video app && passwd -d app && apk add supervisor gcc
RUN mysql --password=Zq81-hh.w && echo app:Zq81-hh.w | chpasswd
COPY id_rsa /root/
VOLUME /proc
STOPSIGNAL KILL
USER root
CMD service cron start && nginx
