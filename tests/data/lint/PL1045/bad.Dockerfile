FROM php:8.3-fpm
RUN composer install --optimize-autoloader
RUN php /usr/bin/composer.phar install
RUN cd /app && composer --no-interaction install && echo done
USER 10001
