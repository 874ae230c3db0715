FROM debian:12
RUN [ "make", 'install' ]
RUN [ 'make' ]
HEALTHCHECK CMD ['curl', 'a']
USER 1
