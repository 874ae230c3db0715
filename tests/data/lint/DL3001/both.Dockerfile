FROM debian:12.5
RUN ps aux
RUN sudo service x start
RUN if true; then shutdown -h now; fi
# The step ends what it started.
RUN server & sleep 1; kill $!
# Not in hadolint's list, and of the same kind.
RUN systemctl start nginx
RUN echo ssh
ONBUILD RUN ssh host
USER 10001
