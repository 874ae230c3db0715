FROM debian:12
RUN chmod 777 /app && chmod -R 0766 /var/lib/app
RUN chmod a+rwX /srv; chmod u=rwx,go=rwx /srv/x; chmod o+w /srv/y
RUN mkdir -m 777 /data && mkdir -pm0777 /data/x && install -d --mode=777 /data/y
RUN install -Dm 666 a /etc/a
COPY --chmod=777 start.sh /
ADD --chmod=o+rw a /
RUN sudo chmod ugo+w /etc/passwd
USER 10001
