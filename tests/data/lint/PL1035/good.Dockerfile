# syntax=docker/dockerfile:1.7-labs
# escape=\
# check=skip=JSONArgsRecommended

# syntax=docker/dockerfile:1
# escape sequences = none; the syntax = of a line
# syntax=highlighting
FROM debian:12
RUN echo \
  # check=on
  a
USER 10001
