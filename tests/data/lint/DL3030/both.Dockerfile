FROM centos:7
RUN yum install curl-7.29.0
RUN sudo yum install curl-7.29.0
RUN yum groupinstall "Development Tools"
# It asks for these too.
RUN yum update
RUN yum -y install curl-7.29.0
# Somebody answers.
RUN yes | yum install curl-7.29.0
# Nothing is installed.
RUN yum list install
ONBUILD RUN yum install curl-7.29.0
USER 10001
