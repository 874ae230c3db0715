# � in a comment changes nothing
FROM debian:12.5
RUN echo café ünïcode 日本 && \
# �
  printf "\351\0"
USER 1
