FROM debian:12
ADD https://example.com/a.tar.gz /tmp/
ADD --chown=10001 README HTTP://example.com/b /opt/
ADD ["https://example.com/c d.zip", "/opt/"]
ONBUILD ADD https://example.com/e /e
USER 10001
