FROM opensuse/leap:15.6
RUN zypper install curl=8
RUN zypper -n in curl=8
RUN zypper patch
# It asks for these too.
RUN zypper update
RUN sudo zypper rm curl
# Nothing is installed.
RUN zypper search install
ONBUILD RUN zypper install curl=8
USER 10001
