FROM opensuse/leap:15.6
RUN zypper -n install curl=8 && zypper clean
RUN zypper install -y curl=8 && zypper clean
RUN zypper --non-interactive in curl=8 && zypper clean
RUN zypper search curl
USER 10001
