FROM scratch AS other
USER app
FROM scratch
ARG WHO
COPY --chown=1000:1000 app /app
USER $WHO
USER 10001
COPY --from=0 /etc/passwd /etc/group /etc/
COPY --chown=app b /b
USER app
