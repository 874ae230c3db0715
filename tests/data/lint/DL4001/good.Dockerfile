FROM debian:12.5 AS build
RUN curl -O https://example.com/a
FROM debian:12.5
RUN wget -q https://example.com/b
USER 10001
