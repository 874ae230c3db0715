ARG WAIT=30s
FROM --platform=$BUILDPLATFORM debian:12 AS build
RUN --mount=type=cache,target=/a,sharing=locked --mount=type=secret,id=x,required,env=X --network=none x
RUN --mount=type=bind,from=$OTHER,target=/a,rw --security=insecure x
RUN --mount=target=/a x
FROM debian:12
COPY --link --chmod=u=rwX,go=rX --from=build a /a
COPY --chown=1:1 --chmod=0644 --exclude=*.md --parents a /b
ADD --keep-git-dir=true --checksum=sha256:0 https://example.com/a.git /a
HEALTHCHECK --interval=1m30s --timeout=1.5h --start-period=0 --start-interval=5s --retries=3 CMD ["a"]
HEALTHCHECK --interval=$WAIT CMD ["a"]
ONBUILD RUN --network=host x
CMD --not-a-flag
USER 1000
