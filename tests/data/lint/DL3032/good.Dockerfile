FROM centos:7
RUN yum -y install httpd && yum clean all
RUN yum -y install a && rm -rf /var/cache/yum
RUN --mount=type=cache,target=/var/cache/yum yum -y install b
