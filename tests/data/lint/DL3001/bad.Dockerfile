FROM debian:12.5
RUN top -b -n 1 && \
    service nginx start
RUN nvidia-smi --query-gpu=name
USER 10001
