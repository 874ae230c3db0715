FROM alpine:3.20 AS build
RUN apk add gcc=13
FROM alpine:3.20
RUN apk add --no-cache curl=8.5.0-r0
RUN --mount=type=cache,target=/var/cache/apk apk add curl=8.5.0-r0
RUN apk update && apk add curl=8.5.0-r0 && rm -rf /var/cache/apk/*
COPY --from=build /x /x
USER 10001
