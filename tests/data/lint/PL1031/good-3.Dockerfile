FROM gcr.io/distroless/base-debian12:debug
CMD /server
FROM gcr.io/distroless/static-debian12
CMD ["/server"]
FROM gcr.io/distroless/static-debian12
COPY --from=build /bin/busybox /bin/sh
CMD /server
FROM cgr.dev/chainguard/bash
CMD x
