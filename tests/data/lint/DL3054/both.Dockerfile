FROM debian:12.5
LABEL org.licence=MIT
LABEL org.licence=Apache2
LABEL org.licence="MIT OR Apache-2.0"
LABEL org.licence=GPL-2.0
LABEL org.licence="MIT OR"
USER 10001
