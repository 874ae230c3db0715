FROM debian:12 AS base
RUN groupadd -r app && useradd -r -g app -d /home/app -s /sbin/nologin app \
 && mkdir /data && chown -R app:app /data
FROM base
RUN adduser --system --group --gecos "" worker
COPY --chown=app:app . /data
CMD ["/usr/bin/server", "--port", "80"]
