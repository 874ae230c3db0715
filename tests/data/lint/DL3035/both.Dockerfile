FROM opensuse/leap:15.6
RUN zypper -n dist-upgrade
RUN sudo zypper -n dup
# A word that is looked for.
RUN zypper search dup
ONBUILD RUN zypper -n dup
USER 10001
