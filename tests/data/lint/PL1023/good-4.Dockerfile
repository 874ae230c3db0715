FROM debian:12
RUN useradd -r app && useradd -r me && usermod -aG video web && if x; then useradd -r late; fi
RUN app --prepare
CMD ["server"]
