FROM debian:12.5
RUN curl -sSf https://example.com/a | tar -x
USER 10001
