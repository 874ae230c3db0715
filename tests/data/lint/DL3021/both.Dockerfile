FROM debian:12.5
COPY a b /srv/app
COPY a b "/srv/app"
COPY ["a", "b", "/srv/app"]
COPY a b "/srv/app/"
COPY a* /srv/app
# these are folders
COPY a b .
COPY a b ./
COPY a b ..
# it may end in a slash
COPY a b $TARGET
ONBUILD COPY a b /srv/app
USER 10001
COPY <<one <<two /srv/app
1
one
2
two
