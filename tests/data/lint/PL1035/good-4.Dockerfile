# syntax=docker/dockerfile:1
# syntx=docker/dockerfile:1
# scape=no
# sentence=about a dockerfile
FROM debian:12.5
# snytax=docker/dockerfile:1
