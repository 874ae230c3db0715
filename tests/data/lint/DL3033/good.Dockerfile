FROM centos:7
ARG PINNED="curl-7.76.1 vim-enhanced-8.2"
RUN yum install -y curl-7.76.1 curl-7.76.1-26.el9.x86_64 ./own.rpm @development && yum clean all
RUN yum --enablerepo epel install -y $PINNED && yum clean all
RUN yum list installed
USER 10001
