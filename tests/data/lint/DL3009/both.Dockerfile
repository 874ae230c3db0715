FROM debian:12 AS base
RUN apt-get update
# Left behind by both.
FROM debian:12 AS tools
RUN apt-get update
FROM base
# Both.
RUN apt-get update && apt-get install -y curl
# hadolint takes any removal for this one.
RUN apt-get update && rm -rf /srv/build
# It does not see through these.
RUN sudo apt-get update
RUN /usr/bin/apt-get update
# Both: removed, or kept outside the image.
RUN apt-get update && rm -rf /var/lib/apt/lists/*
RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update
ONBUILD RUN apt-get update
