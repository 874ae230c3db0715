FROM centos:7
ARG V=7.76.1
ARG PINNED=curl-7.76.1
ARG LOOSE=curl
RUN yum install -y curl
RUN yum install -y curl-7.76.1
RUN yum install -y curl-$V
RUN yum install -y $PINNED
# The variable holds a name alone.
RUN yum install -y $LOOSE
# A number in a name is no version.
RUN yum install -y java-11-openjdk
# A file is one version.
RUN yum install -y own.rpm
# Any release of one version.
RUN yum install -y curl-7.76.*
# The value of an option is no package.
RUN yum --enablerepo epel-test install -y curl-7.76.1
RUN yum module install -y nodejs
RUN yum module install -y nodejs:20
RUN sudo yum install -y curl
ONBUILD RUN yum install -y curl
USER 10001
