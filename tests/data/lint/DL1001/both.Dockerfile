FROM debian:12.5
# hadolint ignore=DL3008
RUN apt-get install -y curl
# The whole file is excused too.
# hadolint global ignore=DL3009
# hadolint ignore=nonsense
USER 10001
