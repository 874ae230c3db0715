FROM fedora:40
RUN dnf install -y curl-8.6.0 && dnf clean all
RUN microdnf --assumeyes install curl-8.6.0 && microdnf clean all
RUN dnf list installed
USER 10001
