FROM scratch AS base
COPY --from=busybox:1.36 /etc/passwd /etc/passwd
RUN adduser -D app
FROM scratch
COPY app /app
CMD /app
USER 10001
