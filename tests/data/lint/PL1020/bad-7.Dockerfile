FROM debian:12.5
CMD nginx && php-fpm
