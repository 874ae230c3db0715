FROM debian:12.5
MAINTAINER someone
# a builder warns of it wherever it stands
ONBUILD MAINTAINER someone
USER 10001
