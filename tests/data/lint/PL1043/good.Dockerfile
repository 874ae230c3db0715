FROM debian:12 AS other
RUN passwd -d root
FROM debian:12
RUN passwd -l root && useradd -u 1000 -m app && useradd -p '!' web
RUN adduser --disabled-password --gecos "" job && usermod -u 10 -g 0 web
RUN adduser -D -u 1001 last
USER 10001
