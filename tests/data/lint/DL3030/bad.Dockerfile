FROM centos:7
RUN yum install curl-7.29.0 && yum clean all
USER 10001
