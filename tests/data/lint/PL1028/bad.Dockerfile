FROM debian:12 AS assets
COPY --from=tools /usr/bin/minify /usr/bin/minify
RUN minify /src /out
FROM assets AS middle
RUN true
FROM debian:12 AS tools
COPY --from=middle /out /srv
FROM debian:12 AS one
RUN --mount=type=bind,from=two,target=/x true
FROM debian:12 AS two
COPY --from=one /a /a
USER 10001
