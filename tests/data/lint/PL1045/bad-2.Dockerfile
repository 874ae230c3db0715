FROM php:8.3-fpm
ENV COMPOSER_NO_DEV=0
RUN A=b composer i
USER 1
