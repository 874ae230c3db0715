FROM debian:12.5 AS build
USER app
FROM debian:12.5
ARG ID=10001
USER app
RUN x
USER ${ID}:app
