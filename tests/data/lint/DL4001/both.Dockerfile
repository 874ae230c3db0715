FROM debian:12.5 AS build
# A stage that only lends files.
RUN curl -O https://example.com/a && wget -q https://example.com/b
FROM debian:12.5
RUN curl -O https://example.com/a
RUN wget -q https://example.com/b
# Said once.
RUN curl -O https://example.com/c
RUN sudo wget -q https://example.com/c
COPY --from=build /a /b
USER 10001
