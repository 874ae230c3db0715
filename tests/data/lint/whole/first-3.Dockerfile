RUN sudo x
FROM debian:12
USER 10001
