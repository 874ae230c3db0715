FROM debian:trixie
USER 1
