FROM golang:1.25
RUN go build -o /app .
FROM node:22 AS build
RUN npm run build
FROM alpine:3.20
COPY app /app
USER 10001
