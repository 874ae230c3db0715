FROM a:1 as Build
RUN a && \

  b
ENV NAME one \
  # said of it
  two
ENV PLAIN \
  x
env QUOTED "a b"
ENV MIXED a "b c"
ENV OPEN it's so
ENV ESCAPED a\ b c
ENV ONE a\b
LABEL org.x/y a=b  c
LABEL "k" v
from b:1 as test
USER 1
