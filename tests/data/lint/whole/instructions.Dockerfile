ARG TAG=latest
MAINTAINER First <first@example.com>
FROM debian AS one
maintainer  "Second"
FROM ubuntu:latest AS ONE
FROM alpine:$TAG
FROM alpine:${UNKNOWN} AS two
FROM one
FROM scratch
FROM registry.example/app:1 AS three
FROM trusted.example/team/app:1
FROM trusted.example/other:1
FROM docker.io/library/debian:12
FROM team/app:latest@sha256:0000000000000000000000000000000000000000000000000000000000000000
FROM alpine:3 AS last
ADD a.txt /b/
ADD a.tar.gz /b/
ADD https://example.com/a /b/
ADD --chown=1:1 a b /c/
ADD *.txt /c/
ADD $X /c/
ADD ["a.txt", "/b"]
ADD git@example.com:a/b.git /c
ADD <<EOF /d
text
EOF
ONBUILD ADD a.txt /b/
ONBUILD FROM x
ONBUILD ONBUILD RUN x
ONBUILD MAINTAINER y
WORKDIR rel/ative
WORKDIR /abs
WORKDIR "rel two"
WORKDIR $DIR
WORKDIR C:\dir
COPY --from=nope a b
EXPOSE 65535 65536 70000-70010 8000-70000/tcp 80/udp x
EXPOSE 22 20-30 22/udp 2200
ARG PORT=99999
EXPOSE $PORT
CMD a
CMD b c
ENTRYPOINT a "b c" d
ENTRYPOINT ["x"]
CMD [ "x" 
CMD cd /x
ENV A_TOKEN=abcd1234efgh TOKEN_FILE=/x A=b api_key=Zq81-hh.w PUBLIC_KEY=Zq81-hh.w
ENV ACCESS_KEY=Zq81-hh.w DB_PASSWORD=changeme AUTH=true PASSWORD=1234 TOKEN=https://example.com/x
ARG SECRET
ARG CREDENTIALS=12345 private_key=Zq81-hh.w KEY=Zq81-hh.w
USER root
