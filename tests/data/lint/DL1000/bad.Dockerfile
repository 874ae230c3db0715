FROM debian:12
SER app
COPY a
USER app
RUN echo one \
  two
