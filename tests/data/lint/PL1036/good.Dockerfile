FROM debian:12
RUN [ "$A" = b ] && make
RUN [ -f a ] || exit 1
RUN [[ -f a ]]
RUN [ 'a' != "b" ]
RUN pip install ludwig[full]
RUN ["make", "install"]
RUN echo ["a", b]
COPY [a-z]*.txt /a/
COPY ["a b", "/c/"]
VOLUME ["/data"]
# Others' findings.
CMD ['a']
HEALTHCHECK CMD [ -f /a ]
USER 10001
