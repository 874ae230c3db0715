FROM php:8.3-fpm AS base
RUN pecl install xdebug-3.3.1 && docker-php-ext-enable xdebug
FROM base
RUN apk add --no-cache php83-xdebug=3
RUN install-php-extensions gd xdebug
USER 10001
