FROM alpine:3.20 AS build
# A stage that only lends files leaves its index behind.
RUN apk add gcc=13
FROM alpine:3.20
RUN apk add curl=8
RUN apk --no-cache add curl=8
# Removed in the same layer.
RUN apk add curl=8 && rm -rf /var/cache/apk/*
RUN --mount=type=cache,target=/var/cache/apk apk add curl=8
RUN --mount=type=cache,target=/var/cache apk add curl=8
RUN sudo apk add curl=8
ONBUILD RUN apk add curl=8
COPY --from=build /x /x
USER 10001
