FROM debian:12.5 AS build
FROM debian:12.5
COPY --from=build /a /b
COPY --from=0 /a /b
USER 10001
