FROM php:8.2-apache
USER 1
