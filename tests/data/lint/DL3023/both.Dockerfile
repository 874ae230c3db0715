FROM debian:12.5 AS build
COPY --from=build /a /b
# a name has no case, and the first stage is 0
COPY --from=Build /a /b
COPY --from=0 /a /b
# a mount takes files as COPY does
RUN --mount=type=bind,from=build,target=/a make
FROM debian:12.5 AS last
COPY --from=build /a /b
COPY --from=0 /a /b
# that will be a stage of another file
ONBUILD COPY --from=last /a /b
USER 10001
