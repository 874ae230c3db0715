FROM debian:12.5 AS build
FROM debian:12.5 AS build
# to a builder it is the same name
FROM debian:12.5 AS Build
FROM debian:12.5 AS other
USER 10001
