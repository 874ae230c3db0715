FROM debian:12.5
RUN systemctl enable nginx
RUN mysqld & sleep 1; kill $!
RUN echo kill
USER 10001
