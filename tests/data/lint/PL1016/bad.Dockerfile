FROM debian:12
RUN chmod 4755 /opt/tool && chmod u+s /opt/other
RUN chmod +s /usr/local/bin/a; chmod g+s /usr/bin/b && chmod 2755 /usr/sbin/c
RUN install -m 6755 a /usr/bin/a
COPY --chmod=4755 tool /opt/
USER 10001
