FROM debian:12.5
RUN useradd -u 10001 app
RUN useradd -l -u 1000000 app
RUN useradd --no-log-init --uid 1000000 app
USER 10001
