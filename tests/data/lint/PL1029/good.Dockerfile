FROM golang:1.25
RUN go build -o /app .
FROM debian:12 AS test
RUN ./test
FROM alpine:3.20 AS base
FROM base
COPY --from=0 /app /app
USER 10001
