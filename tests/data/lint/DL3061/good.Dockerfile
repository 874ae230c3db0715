ARG A=12
FROM debian:$A
RUN true
