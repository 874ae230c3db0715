FROM fedora:40
RUN dnf install -y curl-7.76.1 vim && dnf clean all
USER 10001
