FROM debian:12 AS other
RUN useradd -G docker app
FROM alpine:3.20
RUN addgroup -S app && adduser -S -D -H -G app app
USER app:app
RUN useradd -g users -G video cam
USER cam
USER cam:
USER 1000:1000
USER app:app
