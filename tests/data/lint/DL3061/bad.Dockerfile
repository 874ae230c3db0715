RUN true
ARG A=1
FROM debian:12
RUN true
