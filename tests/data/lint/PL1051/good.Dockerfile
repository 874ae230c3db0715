# hadolint global ignore=DL3008, DL3009
# hadolint shell=bash
FROM debian:12
# plimsoll ignore=DL3008,SC2086,UndefinedVar -- a reason
RUN a
# hadolint   ignore=DL3002
# hadolint says a=b, and plimsoll is not asked
RUN b
USER 1000
