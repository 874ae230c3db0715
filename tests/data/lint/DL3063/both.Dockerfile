FROM debian:12.5 AS scratch
FROM debian:12.5 AS context
# to a builder a name has no case
FROM debian:12.5 AS Context
FROM debian:12.5 AS contexts
USER 10001
