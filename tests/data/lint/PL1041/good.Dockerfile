FROM debian:12
RUN apt-get update && apt-get install -y curl=1
RUN apt-get update; for p in a b; do apt-get install -y $p; done
RUN apt-get update && apt-get upgrade -y
RUN apk update && ./install.sh
RUN apt-get install -y curl=1 && echo apt-get update
RUN --mount=type=cache,target=/var/lib/apt apt-get update
USER 10001
