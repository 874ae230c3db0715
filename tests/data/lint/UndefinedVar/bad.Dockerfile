ARG VERSION=1
FROM a:1
LABEL version=$VERSION
COPY app-$TARGETARCH /app
FROM scratch
ENV A=$B
WORKDIR /x/${C}
COPY --from=0 /a $D/a
