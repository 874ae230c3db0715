FROM debian:12.5
RUN wget -q https://example.com/a.tar.gz
RUN wget --progress=dot:giga https://example.com/a.tar.gz
RUN wget -nv https://example.com/a.tar.gz
RUN wget -qO- https://example.com/a.tar.gz
RUN apt-get install -y wget=1
USER 10001
