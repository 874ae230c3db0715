FROM centos:7
RUN yum install -y curl-7
RUN yum install -y curl-7 && yum clean all
# Something else is removed: the caches stay.
RUN yum install -y curl-7 && rm -rf /tmp/x
# All is not clean.
RUN yum install -y curl-7 && yum list all
RUN yum clean all && yum install -y curl-7
# A cache mount keeps them out of the image.
RUN --mount=type=cache,target=/var/cache/yum yum install -y curl-7
RUN sudo yum install -y curl-7
ONBUILD RUN yum install -y curl-7
# Where both stand, yum is dnf.
RUN yum install -y curl-7 && dnf clean all
# The folder above is emptied.
RUN yum install -y curl-7 && rm -r /var/cache/*
# Nor is this a clean.
RUN yum install -y curl-7 && yum all
USER 10001
