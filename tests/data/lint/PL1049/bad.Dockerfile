FROM debian:12 AS base
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-pip=23 && rm -rf /var/lib/apt/lists/*
FROM base
RUN apk add --no-cache npm
CMD ["/usr/bin/python3", "app.py"]
USER 10001
