FROM debian:12.5
RUN setcap cap_net_bind_service=+ep /usr/bin/x && setcap -r /usr/bin/y && setcap cap_setuid-ep /z
RUN chmod g+s /var/www
USER 1
