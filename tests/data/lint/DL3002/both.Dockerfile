FROM debian:12.5 AS build
# of a stage whose layers nobody ships
USER root
RUN make
FROM debian:12.5
ARG WHO=root
USER 10001
USER 0:0
# by another spelling, and by a variable
FROM debian:12.5
USER 00
FROM debian:12.5
USER root
USER $WHO
FROM debian:12.5
USER root
