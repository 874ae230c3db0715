# syntax=docker/dockerfle:1
# The escape character:
# escape=`
FROM debian:12
# check=skip=JSONArgsRecommended
USER 10001
