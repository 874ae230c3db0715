# syntax=docker/dockerfile:1
# check=skip=all;error=true
FROM a:1
