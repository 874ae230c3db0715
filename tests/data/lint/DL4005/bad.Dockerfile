FROM debian:12.5
RUN ln -sf /bin/bash /bin/sh
USER 10001
