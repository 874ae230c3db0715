FROM debian:12
ENTRYPOINT ["sshd"]
CMD ["-D"]
