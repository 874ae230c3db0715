FROM debian:12.5
LABEL org.licence=MIT
LABEL org.licence="MIT OR Apache-2.0"
LABEL org.licence="(MIT AND Zlib)"
USER 10001
