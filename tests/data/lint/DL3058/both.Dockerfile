FROM debian:12.5
LABEL org.email=me
LABEL org.email=me@example.com
LABEL org.email=a@b
LABEL org.email="two words@x.y"
LABEL org.email=@x.y
LABEL org.email=a..b@x.y
USER 10001
