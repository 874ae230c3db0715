FROM mariadb:10.6
USER 1
