RUN apt-get update
FROM debian:12
USER 10001
