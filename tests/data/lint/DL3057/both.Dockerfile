FROM debian:12.5 AS build
RUN make
FROM debian:12.5
HEALTHCHECK CMD ["/check"]
COPY --from=build /a /b
USER 10001
