FROM debian:12.5
RUN cd /srv/app && make
USER 10001
