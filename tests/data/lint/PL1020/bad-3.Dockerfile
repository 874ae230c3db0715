FROM debian:12
COPY other start.sh /usr/local/bin/
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/start.sh"]
