FROM php:8.3-fpm AS base
RUN pecl install apcu
FROM base AS dev
RUN pecl install xdebug
FROM base
ARG XDEBUG=false
RUN if [ "$XDEBUG" = true ]; then pecl install xdebug; fi
RUN rm -f /usr/local/etc/php/conf.d/xdebug.ini && echo xdebug && pecl uninstall xdebug
USER 10001
