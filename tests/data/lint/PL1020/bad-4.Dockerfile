FROM debian:12
RUN echo supervisor && apk add supervisor
RUN apt-get install -y supervisor
ENTRYPOINT ["/run.sh"]
