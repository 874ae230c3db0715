FROM alpine:3.20
ARG PACKAGES="curl=8.5.0-r0 git~2.45"
RUN apk add --no-cache -t build "gcc>13" curl=8.5.0-r0 git~2.45 own.apk $PACKAGES !musl-dev
RUN apk del curl
USER 10001
