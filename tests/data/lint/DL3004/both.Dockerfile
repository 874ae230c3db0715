FROM debian:12
RUN sudo apt-get update
RUN cd /x && /usr/bin/sudo ls
RUN env A=1 sudo ls
RUN sh -c 'sudo ls'
RUN ["sudo", "ls"]
RUN command sudo ls; \
    sudo ls
ONBUILD RUN sudo ls
RUN x=$(sudo cat /etc/shadow)
USER 10001
