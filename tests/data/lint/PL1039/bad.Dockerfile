FROM debian:12
COPY .env server.p12 /app/
COPY --chmod=600 ./keys/id_rsa /root/.ssh/
ADD [".aws/", "/root/.aws/"]
COPY .git /app/.git
ONBUILD COPY .docker/config.json /root/.docker/config.json
USER 10001
