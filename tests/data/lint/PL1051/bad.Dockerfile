# hadolint global ignore=DL30008
FROM debian:12
# plimsoll ignore=NOPE -- somebody said so
RUN a
# plimsoll ignroe=DL3002
RUN b
# hadolint ignore=DL3008,DL3O09
RUN c
USER 1000
