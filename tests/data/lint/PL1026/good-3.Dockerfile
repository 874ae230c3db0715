FROM scratch
COPY passwd /etc/passwd
USER app
