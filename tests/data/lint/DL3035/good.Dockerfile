FROM opensuse/leap:15.6
RUN zypper -n patch
RUN zypper search dup
USER 10001
