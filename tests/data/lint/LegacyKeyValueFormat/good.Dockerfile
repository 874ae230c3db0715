FROM a:1
ENV A=b B=c
LABEL m="Jo" n=o
ARG X
