FROM centos:7
RUN yum install -y curl-7.76.1 vim && yum clean all
USER 10001
