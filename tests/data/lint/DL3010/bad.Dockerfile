FROM debian:12.5
COPY app.tar.gz /tmp/
RUN tar -xzf /tmp/app.tar.gz -C /srv
USER 10001
