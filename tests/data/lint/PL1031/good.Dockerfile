FROM scratch AS system
ADD rootfs.tar.xz /
RUN apt-get update
FROM scratch AS busybox
COPY --from=busybox:1.36 /bin/ /bin/
RUN ln -s /bin/busybox /bin/sh
FROM scratch AS own
COPY bash /tools/bash
SHELL ["/tools/bash", "-c"]
RUN true
FROM scratch
ARG ROOT
COPY --from=system / ${ROOT}
CMD /app
FROM scratch
COPY app /app
ONBUILD RUN /app
RUN ["/app", "--prepare"]
CMD ["/app"]
USER 10001
