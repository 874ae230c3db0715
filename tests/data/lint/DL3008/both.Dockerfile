FROM debian:12.5
ARG PINNED="curl=7.88.1-10"
ARG LOOSE=curl
ARG UNKNOWN
# A variable that holds pinned packages is pinned.
RUN apt-get install -y $PINNED
RUN apt-get install -y $LOOSE
RUN apt-get install -y $UNKNOWN
# What is seen through.
RUN sudo apt-get install -y curl
RUN /usr/bin/apt-get install -y curl
RUN sh -c "apt-get install -y curl"
# apt installs too.
RUN apt install -y curl
# The value of -o is no package.
RUN apt-get -o Acquire::Retries=3 install -y curl=7
RUN apt-get install -y -o Dpkg::Use-Pty false curl=7
RUN apt-get install -y curl
RUN apt-get install -y curl=7 vim
ONBUILD RUN apt-get install -y curl
RUN apt-get install -y vim-
USER 10001
