# syntax=docker/dockerfile:1
# Check = skip=all
# syntax=twice
# a comment ends the block
# escape=`
FROM --platform=linux/arm64 registry.example:5000/team/app:1.2@sha256:00 AS one
add --chown=1:2 --keep "a b" c /d/
ARG A B=1 C="two words"
CMD echo one && echo two
COPY a\ b 'c d' /e
ENTRYPOINT ["/bin/x", "-y"]
ENV A=1 B='x y' C="a\"b" D=a\ b
ENV LEGACY  the whole rest
EXPOSE 80 81/udp
HEALTHCHECK --interval=5s CMD curl -f localhost
HEALTHCHECK CMD ["curl", "x"]
HEALTHCHECK none
LABEL a=b "c d"="e"
LABEL old style
MAINTAINER Some One <one@example.com>
ONBUILD RUN echo later
ONBUILD COPY . /x
RUN --mount=type=cache,target=/var/cache --network=none -- make
SHELL ["/bin/bash", "-c"]
STOPSIGNAL SIGTERM
USER  app:app 
VOLUME /a "/b"
VOLUME ["/c"]
WORKDIR "/srv dir"
