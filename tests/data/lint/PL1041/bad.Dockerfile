FROM debian:12
RUN apt-get update
RUN apt-get install -y curl=1
RUN apt-get -qq update && rm -rf /tmp/a && apt-get clean
RUN sudo apt update
ONBUILD RUN <<END
set -e
apk update
END
USER 10001
