FROM debian:12.5 AS build
FROM debian:12.5
COPY --from=build /srv/ /srv/
USER 10001
