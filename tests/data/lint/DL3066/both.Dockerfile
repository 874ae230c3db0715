FROM debian:12.5 AS build
# Another stage's user is not the image's.
USER app
FROM debian:12.5
ARG ID=10001
ENV WHO=10002
# Not the last one.
USER app
USER $ID
# Set by ENV.
USER $WHO
USER 10001:app
