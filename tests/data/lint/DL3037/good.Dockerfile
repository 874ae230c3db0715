FROM opensuse/leap:15.6
RUN zypper -n install curl=8.6.0 "gcc>=13" ./own.rpm && zypper clean
RUN zypper -n install -t pattern pattern:devel_basis && zypper clean
USER 10001
