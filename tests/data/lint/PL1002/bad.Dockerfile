FROM debian:12
RUN apt-get update && apt-get install -y openssh-server
EXPOSE 22
ARG P=22
EXPOSE $P 80
ENV LOW=20
EXPOSE ${LOW}-30/tcp
ARG ALL="80 22"
EXPOSE $ALL
