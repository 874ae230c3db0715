RUN yum install -y x
FROM debian:12
USER 10001
