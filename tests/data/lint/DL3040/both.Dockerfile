FROM fedora:40
RUN dnf install -y curl-8
RUN dnf install -y curl-8 && dnf clean all
RUN microdnf install -y curl-8
# Something else is removed: the caches stay.
RUN dnf install -y curl-8 && rm -rf /tmp/x
# An older dnf has its caches elsewhere.
RUN --mount=type=cache,target=/var/cache/dnf dnf install -y curl-8
RUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y curl-8
RUN tdnf install -y curl-8
RUN sudo dnf install -y curl-8
ONBUILD RUN dnf install -y curl-8
# Where both stand, yum is dnf.
RUN dnf install -y curl-8 && yum clean all
# The folder above is emptied.
RUN dnf install -y curl-8 && rm -r /var/cache/*
RUN dnf install -y curl-8 && rm -r /var/cach
USER 10001
