FROM --foo=1 debian:12 AS build
FROM debian:12
RUN --frobnicate=1 echo hi
RUN --mount=type=foo x
RUN --mount=type=secret,foo=1 x
RUN --network=foo x
RUN --security=foo x
COPY --link=maybe a /a
COPY --chmod=9z b /b
COPY --from build /a /b
ADD --checksum=foo https://example.com/a.tar /
ONBUILD COPY --chwon=1 a /a
HEALTHCHECK --interval=foo CMD ["a"]
HEALTHCHECK --retries=x CMD ["a"]
HEALTHCHECK --zzz=1 CMD ["a"]
USER 1000
