FROM a:1 as x
run a
Run b
RUN c
onbuild RUN x
NOSUCH x
