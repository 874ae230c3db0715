FROM debian:12.5
ENV DATABASE_URL=postgres://app:Xk29vQp7@db/app
ENV MIRROR=https://Xk29vQp7Zt31Lm50Wq84@example.com/simple
ARG INDEX=https://me:Xk29vQp7@example.com/
ENV PGPASSWORD=Xk29vQp7 MYSQL_PWD=Xk29vQp7 DB_PASS=Xk29vQp7
