FROM debian:12.5
ENV DATABASE_URL=postgres://postgres:postgres@db/app
ENV OTHER_URL=postgres://app:${PW}@db/app
ENV SITE=https://example.com/@me PWD_OF=/x USER_PWD_FILE=/run/x
