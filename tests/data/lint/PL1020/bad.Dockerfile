FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends supervisor=4
CMD ["/usr/bin/supervisord", "-n"]
USER 10001
