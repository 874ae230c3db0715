# hadolint ignore=DL3006
FROM debian
# plimsoll ignore=DL3020,DL4000 because it is so
# another comment
ADD a.txt /b/
# hadolint ignore=DL3021
ADD a.txt /b/
##  plimsoll   ignore=DL4000 first reason
# hadolint ignore=DL4000
MAINTAINER x
# plimsoll ignore=DL3025

CMD a
# plimsoll ignored=DL3020
ADD a.txt /b/
# plimsoll ignore=XDL3020
ADD a.txt /b/
#hadolint ignore=DL3020
ADD a.txt \
  # hadolint ignore=DL3011
  /b/
# notplimsoll ignore=DL3011
EXPOSE 99999
# plimsoll ignore=DL3011:all of them
EXPOSE 99999 \
  99998
USER 1
