FROM debian:12.5 AS base
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN curl -sSf https://example.com/a | tar -x
FROM base
RUN curl -sSf https://example.com/a | tar -x
FROM base
SHELL ["/bin/sh", "-c"]
RUN set -o pipefail && curl -sSf https://example.com/a | tar -x
RUN echo "deb x y" | tee /etc/apt/sources.list
RUN yes | apt-get install curl=7
USER 10001
