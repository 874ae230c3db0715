FROM debian:12.5
RUN apt-get update && apt-get install curl=7 && rm -rf /var/lib/apt/lists/*
USER 10001
