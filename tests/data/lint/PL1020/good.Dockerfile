FROM debian:12 AS other
RUN apt-get update && apt-get install -y supervisor=4
CMD service mysql start && apache2ctl -D FOREGROUND
FROM debian:12
RUN service mysql start && mysql -e 'create database a'
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD nginx && tail -f /var/log/nginx/access.log
CMD nginx & sleep 1; tail -f /dev/null
CMD mkdir -p /run/a && exec server --listen 80 || exit 1
USER 10001
