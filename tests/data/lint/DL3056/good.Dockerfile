FROM debian:12.5
LABEL org.semver=1.2.3
LABEL org.semver=1.2.3-rc.1+build.5
USER 10001
