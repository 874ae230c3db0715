# syntax=docker/dockerfile:1
FROM debian:12
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/a.tar.gz /tmp/
ADD https://github.com/moby/buildkit.git#v0.20.0 /src
ADD https://example.com/team/app.git?ref=v1 /src
ADD vendor.tar.gz /opt/
COPY https://example.com/a /opt/
ADD $WHAT /opt/
USER 10001
