FROM debian:12
RUN apt-get update && apt-get install -y curl
RUN apt update; apt install -y curl
RUN aptitude install curl
RUN apt-get install -y curl && rm -rf /var/lib/apt/lists/*
RUN apt-get install -y curl && rm -rf /var/lib/apt/lists
RUN apt-get install -y curl && apt-get clean
RUN apt-get update
RUN --mount=type=cache,target=/var/lib/apt/lists apt-get install -y curl
RUN --mount=type=cache,target=/var/cache/apt apt-get install -y curl
RUN if true; then apt-get install -y curl; fi
RUN ["apt-get", "install", "-y", "curl"]
RUN apt-get install -y curl | tee log
RUN apt-get install -y curl > log
RUN sudo apt-get install -y curl
RUN apt-get remove -y curl
RUN yum install -y curl
RUN yum -y update && yum clean all
RUN yum -y upgrade
RUN yum -y groupinstall dev && rm -rf /var/cache/yum
RUN --mount=type=cache,target=/var/cache/yum yum -y localinstall x.rpm
RUN microdnf install curl
RUN dnf install -y curl
RUN dnf -y reinstall curl && rm -r /var/cache/dnf
RUN dnf install -y a && dnf clean all && dnf install -y b
RUN dnf -y update \
  && echo done
RUN dnf list
RUN tdnf install -y curl
RUN apk add openssh
RUN apk add openssh-server=9.2
RUN yum install -y openssh dropbear openssh-server-sysvinit sshd
RUN zypper in openssh
RUN pacman -S openssh
RUN apt-get install -y ssh && rm -rf /var/lib/apt/lists/*
RUN apk add ssh
RUN apt-get remove openssh-server
RUN sh -c "sudo id" && sudo -u app id
RUN echo sudo
USER 10001
