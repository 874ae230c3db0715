FROM alpine:3.20
ARG PINNED="curl=8 git=2"
ARG LOOSE="curl git"
RUN apk add --no-cache curl
RUN apk add --no-cache curl=8
# Pinned where it is set.
RUN apk add --no-cache $PINNED
RUN apk add --no-cache $LOOSE
# A conflict is not an installation.
RUN apk add --no-cache curl=8 !git
RUN sudo apk add curl
RUN apk add --virtual .build gcc=13
RUN apk --root /x add curl=8
RUN apk --update-cache --arch x86_64 add curl=8
ONBUILD RUN apk add curl
USER 10001
