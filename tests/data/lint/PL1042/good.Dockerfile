FROM debian:12
RUN apt-get update && apt-get -y upgrade
RUN echo dist-upgrade && apt-get install -y dist-upgrade-tool=1
RUN zypper dist-upgrade
USER 10001
