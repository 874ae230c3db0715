FROM debian:12.5
VOLUME [ "/a" "/b" ]
COPY [ "a" "/b" ]
ADD [ 'a' '/b' ]
VOLUME ["/a" "/b"]
