FROM debian:12
ARG TOKEN=pw5-Tz.q
LABEL a=b com.example.api-key=Harbor-12
LABEL deploy_token=$TOKEN
ONBUILD LABEL db.password="pw5-Tz.q"
USER 10001
