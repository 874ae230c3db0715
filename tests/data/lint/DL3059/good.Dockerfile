FROM debian:12.5 AS build
RUN make
RUN make install
FROM debian:12.5
RUN make
COPY --from=build /a /b
RUN make install
RUN a && b
RUN --network=none make test
USER 10001
