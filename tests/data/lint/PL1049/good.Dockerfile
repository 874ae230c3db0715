FROM debian:12 AS build
RUN apt-get update && apt-get install -y python3-pip npm
FROM alpine:3.22
RUN apk add --no-cache --virtual .deps py3-pip && pip install a && apk del .deps
RUN apk add --no-cache npm-doc python3 && echo apk add npm
RUN if [ -n "$TOOLS" ]; then apk add npm; fi
CMD ["/usr/bin/python3", "app.py"]
USER 10001
