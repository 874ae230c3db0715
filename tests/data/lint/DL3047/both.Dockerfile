FROM debian:12.5
RUN wget https://example.com/a
RUN wget -q https://example.com/a
RUN wget -nv https://example.com/a
RUN sudo wget https://example.com/a
RUN /usr/bin/wget https://example.com/a
# Nothing is fetched.
RUN wget --version
RUN curl -O https://example.com/a
ONBUILD RUN wget https://example.com/a
USER 10001
