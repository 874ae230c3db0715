FROM debian:12.5
RUN find /app -type d -exec chmod 777 {} \; -o -type f -exec chmod 0666 {} +
USER 1
