FROM "b
ENV A="x B='y"
ENV C='it'\''s' D="a\"b" E=a\'b
ENV F=it's
ENV G it's "so"
LABEL "a b
LABEL c="${A:-"x"}" d=${A:-'y}
WORKDIR /"a
WORKDIR /it\'s
COPY 'a b' "c /x/
COPY ["a", "b"]
USER "app
VOLUME /v "/w x"
EXPOSE '80
ARG H="1
STOPSIGNAL "9"
RUN echo "it's
CMD echo 'x
MAINTAINER it's me
ONBUILD ENV I="1
