FROM debian:12.5
LABEL org.url=example.com
LABEL org.url=https://example.com
LABEL org.url="not a url"
LABEL org.url=http://x/<y>
USER 10001
