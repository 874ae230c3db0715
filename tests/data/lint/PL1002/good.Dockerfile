FROM debian:12
RUN apt-get update && apt-get install -y openssh-client
EXPOSE 2222 5432
ARG P=22
EXPOSE $P/udp $UNKNOWN 23-30
