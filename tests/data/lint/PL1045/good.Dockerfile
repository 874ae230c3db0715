FROM php:8.3-fpm AS vendor
RUN composer install
FROM php:8.3-fpm
RUN composer install --no-dev -o && COMPOSER_NO_DEV=1 composer install
RUN composer global require a/b && composer dump-autoload && apt-get install composer
ENV COMPOSER_NO_DEV=1
RUN composer install
USER 10001
