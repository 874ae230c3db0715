FROM mariadb:10.11
USER 1
