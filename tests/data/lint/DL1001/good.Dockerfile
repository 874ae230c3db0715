FROM debian:12.5
# A comment about hadolint
# hadolint shell=bash
RUN x
USER 10001
