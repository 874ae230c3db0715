FROM a:1 AS build-1
FROM Build
COPY --from=BUILD-1 /a /b
FROM a:1
