FROM debian:12.5 AS build
FROM debian:12.5
COPY --from=build / /
COPY --from=build "/" "/"
COPY / /
COPY --from=build / /srv/
COPY --from=build /srv /
USER 10001
# onto nothing: its layers become one
FROM scratch
COPY --from=build / /
USER 10001
