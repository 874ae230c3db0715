FROM debian:12 AS dev
RUN useradd -r app
CMD ["server"]
