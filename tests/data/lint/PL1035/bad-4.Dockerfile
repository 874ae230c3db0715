# snytax=docker/dockerfile:1
# esacpe=`
# sintax = docker/dockerfile:1.4
FROM debian:12.5
