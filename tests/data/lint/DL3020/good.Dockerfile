FROM debian:12
ADD app.tar.gz /srv
ADD https://example.com/a /a
ADD $FILE /b
COPY app /srv/app
