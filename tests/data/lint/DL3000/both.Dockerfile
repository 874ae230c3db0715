FROM debian:12.5
WORKDIR app
WORKDIR "src"
WORKDIR /srv/app
# what it is relative to stands right above
WORKDIR build
WORKDIR $HOME
WORKDIR c:/app
ONBUILD WORKDIR app
USER 10001
# at a name of one letter hadolint 2.15.1 itself ends with an error
FROM debian:12.5
WORKDIR x
USER 10001
