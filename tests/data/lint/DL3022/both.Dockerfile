FROM debian:12.5 AS build
FROM debian:12.5
ARG TOOLS=busybox:1.36
ARG CONTEXT
COPY --from=build /a /b
COPY --from=0 /a /b
# A variable that has a tag in it, and one that is not known.
COPY --from=$TOOLS /a /b
COPY --from=$CONTEXT /a /b
COPY --from=busybox /a /b
# A digest is one version.
COPY --from=busybox@sha256:0123456789012345678901234567890123456789012345678901234567890123 /a /b
COPY --from=7 /a /b
USER 10001
