FROM debian:12.5 AS build
# A stage that only lends files: its layers serve the cache.
RUN make
RUN make install
FROM debian:12.5
COPY --from=build /a /b
RUN a
RUN b
RUN c && d
RUN e
WORKDIR /x
RUN f
# A comment between.
RUN g
RUN --network=none h
RUN [ -f x ] || i
RUN j
RUN test x || k
RUN l
USER 10001
