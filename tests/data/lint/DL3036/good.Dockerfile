FROM opensuse/leap:15.6
RUN zypper -n install curl=8 && zypper clean
RUN zypper -n install curl=8 && rm -rf /var/cache/zypp
RUN --mount=type=cache,target=/var/cache/zypp zypper -n install curl=8
USER 10001
