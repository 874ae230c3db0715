FROM fedora:40
ARG V=7.76.1
ARG PINNED=curl-7.76.1
ARG LOOSE=curl
RUN dnf install -y curl
RUN dnf install -y curl-7.76.1
RUN dnf install -y curl-$V
RUN dnf install -y $PINNED
# The variable holds a name alone.
RUN dnf install -y $LOOSE
# A number in a name is no version.
RUN dnf install -y java-11-openjdk
# A file is one version.
RUN dnf install -y own.rpm
# Any release of one version.
RUN dnf install -y curl-7.76.*
# The value of an option is no package.
RUN dnf --enablerepo epel-test install -y curl-7.76.1
RUN dnf module install -y nodejs
RUN dnf module install -y nodejs:20
RUN sudo dnf install -y curl
ONBUILD RUN dnf install -y curl
USER 10001
