FROM debian:12
WORKDIR /app
COPY a /app/a
USER app
COPY --chown=app . .
COPY tool /usr/local/bin/
COPY --chmod=666 a /app/
COPY late /app/late
USER root
RUN chown -R app:app /app/late
USER app
