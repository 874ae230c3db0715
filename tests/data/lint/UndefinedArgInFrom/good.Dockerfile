ARG VERSION
FROM --platform=$BUILDPLATFORM a:$VERSION AS one
# a default says what holds
FROM b:${TAG:-1}-$TARGETARCH
FROM one
RUN echo $X
