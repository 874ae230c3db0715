FROM debian:12.5
RUN apt-get install -y apt=2
USER 10001
