FROM debian:12.5 AS build
COPY --from=build /a /b
USER 10001
