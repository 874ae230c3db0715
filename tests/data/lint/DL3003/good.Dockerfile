FROM debian:12.5
RUN mkdir /x && cd /x && make
RUN (cd /srv && make)
RUN cd /srv && make && cd / && rm -rf /srv
RUN cd $HOME && make
WORKDIR /srv
RUN make
USER 10001
