# syntax=docker/dockerfle:1
FROM scratch AS one
COPY --from=two a /a
RUN adduser app
FROM one AS two
COPY --from=one b /b
FROM scratch AS none
FROM alpine:3.9
COPY --from=none /a /b
LABEL org.opencontainers.image.base.digest=sha256:2222222222222222222222222222222222222222222222222222222222222222 api-key=Zq81-hh.w
RUN ['apk', 'add']
RUN apk update
RUN apt-get dist-upgrade
USER 1
CMD ["supervisord"]
