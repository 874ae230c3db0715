FROM debian:12
ADD app /srv/app
