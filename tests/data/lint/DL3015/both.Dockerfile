FROM debian:12.5
RUN apt-get install -y curl=7
RUN sudo apt-get install -y curl=7
RUN apt install -y curl=7
# The same option in other words.
RUN apt-get -oAPT::Install-Recommends=false install -y curl=7
RUN apt-get -o APT::Install-Recommends=false install -y curl=7
# Nothing is installed.
RUN apt-get install
ONBUILD RUN apt-get install -y curl=7
USER 10001
