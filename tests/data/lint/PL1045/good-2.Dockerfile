FROM php:8.3-fpm
RUN COMPOSER_NO_DEV=1 composer install && php artisan install && composer
USER 1
