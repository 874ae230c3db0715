FROM scratch AS base
COPY --chown=app:app app /app
COPY passwd /passwd
FROM base
USER app:1000
USER 1000:users
