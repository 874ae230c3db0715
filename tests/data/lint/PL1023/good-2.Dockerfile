FROM debian:12
RUN useradd -r app
ENTRYPOINT ["/entrypoint.sh"]
CMD ["server"]
