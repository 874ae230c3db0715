FROM debian:12.5
LABEL org.text=""
LABEL org.text=x
LABEL org.text=''
LABEL org.text=" "
USER 10001
