FROM a AS one
COPY --from=two /a /b
FROM b AS two
FROM c
