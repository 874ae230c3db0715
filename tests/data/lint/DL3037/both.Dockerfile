FROM opensuse/leap:15.6
RUN zypper -n install curl
RUN zypper -n in curl=8 vim
RUN zypper -n in curl=8
# The value of an option is no package.
RUN zypper -n install --repo oss curl=8
# What is locked out has no version.
RUN zypper -n install curl=8 !vim
RUN sudo zypper -n install curl
ONBUILD RUN zypper -n install curl
USER 10001
