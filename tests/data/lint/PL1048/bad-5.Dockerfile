FROM php:8.1-apache
USER 1
