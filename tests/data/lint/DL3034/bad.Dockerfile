FROM opensuse/leap:15.6
RUN zypper install curl=8 && zypper clean
USER 10001
