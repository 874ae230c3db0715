FROM debian:12 AS base
RUN apt-get update && apt-get install -y --no-install-recommends \
    ca-certificates \
    gcc-12=12.2.0-14 \
 && rm -rf /var/lib/apt/lists/*
RUN apt-get purge -y gcc-12
FROM base
RUN make install
USER 10001
