FROM centos:7
RUN yum -y update
RUN yum -y install httpd && rm -rf /tmp/x
