FROM debian:12.5
RUN curl -O https://example.com/a && \
    wget -q https://example.com/b
USER 10001
