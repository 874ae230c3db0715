FROM fedora:40
ARG PINNED="curl-7.76.1 vim-enhanced-8.2"
RUN dnf install -y curl-7.76.1 curl-7.76.1-26.el9.x86_64 ./own.rpm @development && dnf clean all
RUN dnf --enablerepo epel install -y $PINNED && dnf clean all
RUN dnf list installed
USER 10001
