FROM a AS one
COPY --from=three /a /b
RUN --mount=from=two,target=/x true
FROM b AS two
COPY --from=two /a /b
COPY --from=1 /a /b
COPY --from=9 /a /b
FROM one AS three
FROM c AS four
COPY --from=five /a /b
FROM scratch AS five
LABEL a=b c=d a=e
FROM five
FROM scratch AS six
WORKDIR /x
FROM scratch AS five
FROM four
COPY --from=five /a /b
