FROM debian:12.5
RUN apt-get install curl=7
RUN sudo apt-get install curl=7
# apt asks as well.
RUN apt install curl=7
# Somebody answers.
RUN yes | apt-get install curl=7
RUN apt-get install -qq curl=7
RUN apt-get install -q -q curl=7
RUN apt-get install -q curl=7
ONBUILD RUN apt-get install curl=7
USER 10001
