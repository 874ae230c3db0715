FROM a:1 AS Build
FROM b:1 AS TEST
COPY --from=Build /a /b
FROM c:1 AS "Quoted"
