FROM debian:12.5
ENV DB_PASSWORD=x
# A file's name, a Go setting and a user's name are no secrets.
ENV TOKEN_FILE=/x
ENV GOPRIVATE=x
ENV DB_USERNAME=x
ARG NPM_TOKEN
ENV GPG_KEY=x
ARG PUBLIC_TOKEN
USER 10001
