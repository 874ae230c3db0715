FROM debian:12.5
ADD app.tar.gz /srv/
COPY data.tar /srv/data.tar
COPY --from=build app.tgz /tmp/
RUN tar -xzf /tmp/app.tgz
RUN tar -cf /x.tar /srv
USER 10001
