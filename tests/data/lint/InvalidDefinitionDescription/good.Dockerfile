# check=experimental=all
ARG X
# VERSION is what is built
ARG VERSION=1
# build makes it

# something else

FROM a:1 AS build
#
FROM b:1 AS c
