FROM debian:12.5
RUN apt-get update && apt-get install -y gcc make
RUN apt-get install -y cmake && apt-get purge -y cmake
RUN apt-get install -y autoconf
USER 1
