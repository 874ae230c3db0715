FROM debian:12.5 AS build
# A stage that is not the image's keeps its layers to itself.
COPY app.tar.gz /tmp/
RUN tar -xzf /tmp/app.tar.gz
FROM debian:12.5
COPY a.tar.gz /tmp/
RUN tar -xzf /tmp/a.tar.gz
# Without a dash it is the same.
COPY b.tar /tmp/
RUN tar xf /tmp/b.tar
# ADD does not unpack a file that is only compressed.
COPY c.gz /tmp/
RUN gunzip /tmp/c.gz
COPY d.tgz /tmp/e.tgz
RUN tar --extract -f /tmp/e.tgz
# ADD does not unpack these.
COPY f.tar.lz g.tar.Z /t/
RUN tar -xf /t/f.tar.lz && tar -xf /t/g.tar.Z
# ADD keeps the first folder of each name.
COPY h.tar.gz /t/
RUN tar -xzf /t/h.tar.gz --strip-components=1
USER 10001
