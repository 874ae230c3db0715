FROM debian:12.5
RUN apt-get install -y curl=7
RUN apt-get -qq install curl=7
RUN apt-get install -q=2 curl=7
RUN yes | apt-get install curl=7
RUN apt-get --assume-yes install curl=7
RUN apt-get update
USER 10001
