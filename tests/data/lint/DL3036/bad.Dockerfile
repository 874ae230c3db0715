FROM opensuse/leap:15.6
RUN zypper -n install curl=8
USER 10001
