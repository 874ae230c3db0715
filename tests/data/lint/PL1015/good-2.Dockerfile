FROM debian:12.5
RUN find /app -type d -exec chmod 755 {} \; -o -type f -exec chmod 644 {} +
RUN find /app -name chmod 777
USER 1
