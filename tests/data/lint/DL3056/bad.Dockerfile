FROM debian:12.5
LABEL org.semver=v1.2.3
USER 10001
