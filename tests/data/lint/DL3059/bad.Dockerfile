FROM debian:12.5
RUN make
RUN make install
USER 10001
