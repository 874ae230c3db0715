FROM debian:12 AS tools
RUN apt-get update && apt-get install -y build-essential
FROM python:3.12-slim
RUN apt-get update && apt-get install -y gcc libc6-dev && pip install a && apt-get purge -y --auto-remove gcc libc6-dev
RUN apk add --virtual .deps build-base && make && apk del .deps
RUN apt-get install -y makepasswd libgcc-s1 gcc-12-base cmake-data openjdk-17-jre
RUN echo apt-get install gcc
RUN if [ -n "$NATIVE" ]; then apk add make; fi
COPY --from=tools /out /out
USER 10001
