FROM debian:12 AS a
ENTRYPOINT prog --option 'one two'
FROM debian:12 AS b
ENTRYPOINT prog $HOME
FROM debian:12 AS c
ENTRYPOINT prog | cat
FROM debian:12 AS d
ENTRYPOINT exec prog
FROM debian:12 AS e
ENTRYPOINT A=1 prog
FROM debian:12 AS f
ENTRYPOINT prog *.txt
FROM debian:12 AS g
ENTRYPOINT prog "a\"b"
FROM debian:12 AS h
SHELL ["/bin/bash", "-c"]
ENTRYPOINT prog
FROM debian:12 AS i
ENTRYPOINT prog
CMD x
FROM debian:12 AS j
ENTRYPOINT prog > log
FROM debian:12 AS k
ENTRYPOINT ["prog"]
CMD ["x"]
FROM debian:12 AS l
ENTRYPOINT prog {a,b}
FROM debian:12 AS m
ENTRYPOINT ~/prog
FROM debian:12 AS n
RUN useradd app
  RUN   echo   "open
CMD [prog]
USER app
