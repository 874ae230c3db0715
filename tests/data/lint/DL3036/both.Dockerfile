FROM opensuse/leap:15.6
RUN zypper -n install curl=8
RUN zypper -n in curl=8 && zypper cc
RUN zypper clean && zypper -n in curl=8
# The folder is emptied by hand.
RUN zypper -n install curl=8 && rm -rf /var/cache/zypp/*
RUN --mount=type=cache,target=/var/cache/zypp zypper -n install curl=8
RUN sudo zypper -n install curl=8
ONBUILD RUN zypper -n install curl=8
USER 10001
