FROM debian:12 AS build
COPY .git /src/.git
FROM debian:12
COPY .env.example environment id_rsa.pub credentials.go /app/
COPY --from=build /src/.env /app/
RUN --mount=type=secret,id=env,target=/app/.env ./build
COPY envs/ .gitignore .github /app/
USER 10001
