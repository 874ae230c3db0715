FROM debian:12.5
RUN cd /srv && make
# In a subshell it is gone behind the bracket.
RUN (cd /srv && make)
# The folder is made, used and removed in one step.
RUN mkdir /x && cd /x && make && cd / && rm -rf /x
RUN sh -c 'cd /srv && make'
# Alone it does nothing.
RUN cd /srv
ONBUILD RUN cd /srv && make
# The folder is gone at the end.
RUN cd /srv/ && make install && rm -rf /srv
RUN cd /srv && make install && rm -rf /srv/x
USER 10001
