FROM debian:12
ENTRYPOINT sshd
CMD sshd -D
