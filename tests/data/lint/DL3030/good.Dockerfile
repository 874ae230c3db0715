FROM centos:7
RUN yum install -y curl-7.29.0 && yum clean all
RUN yum --assumeyes install curl-7.29.0 && yum clean all
RUN yes | yum install curl-7.29.0
RUN yum list installed
USER 10001
