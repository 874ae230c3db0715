FROM debian:12
RUN ['apt-get', 'update']
RUN ["make" "install"]
RUN ["make", "install"
RUN [make, install]
COPY ['a', '/c/']
VOLUME [/data]
VOLUME ["/data",]
ONBUILD ADD ["a", /b]
HEALTHCHECK --interval=5s CMD ["curl", "-f" "http://localhost/"]
USER 10001
