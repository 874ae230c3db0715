FROM debian:12.5
ENTRYPOINT php-fpm -D; nginx -g "daemon off;"
