FROM fedora:40
RUN dnf install curl-8.6.0
RUN microdnf install curl-8.6.0
# The same command on other systems.
RUN tdnf install curl-8.6.0
RUN sudo dnf install curl-8.6.0
RUN dnf upgrade
RUN dnf -y install curl-8.6.0
# Nothing is installed.
RUN dnf list install
ONBUILD RUN dnf install curl-8.6.0
USER 10001
