FROM php:8.3-fpm
RUN install-php-extensions xdebug
USER 1
