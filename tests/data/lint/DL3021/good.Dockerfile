FROM debian:12.5
COPY a b /srv/app/
COPY a /srv/app
COPY a b .
USER 10001
