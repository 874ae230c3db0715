FROM fedora:40
RUN dnf install curl-8.6.0 && dnf clean all
USER 10001
