FROM debian:12.5
CMD run
CMD ["run"]
CMD ['run']
ENTRYPOINT run --all
# a check is run by Docker, gets no signals, and is often a pipe
HEALTHCHECK CMD curl -f http://localhost/ || exit 1
HEALTHCHECK --interval=5s CMD ["curl", "http://localhost/"]
HEALTHCHECK NONE
ONBUILD CMD run
USER 10001
# who sets SHELL wants one
FROM debian:12.5
SHELL ["/bin/bash", "-c"]
CMD run
USER 10001
