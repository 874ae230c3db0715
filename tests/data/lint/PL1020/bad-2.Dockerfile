FROM debian:12
CMD service mysql start && apache2ctl -D FOREGROUND
