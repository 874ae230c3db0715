FROM debian:12
RUN echo "never closed
RUN if true; then sudo x
USER 1
