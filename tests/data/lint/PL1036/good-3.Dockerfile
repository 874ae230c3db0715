FROM debian:12.5
VOLUME [ "/a", "/b" ]
COPY [a-z]* /x/
RUN [ "a" = "b" ] || true
