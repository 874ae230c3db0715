FROM debian:12.5 AS build
FROM debian:12.5
ARG TOOLS=busybox:1.36
COPY --from=build /a /b
COPY --from=0 /a /b
COPY --from=busybox:1.36 /bin/sh /x
COPY --from=$TOOLS /bin/sh /x
USER 10001
