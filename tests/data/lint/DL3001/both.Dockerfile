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
# The build lends its agent.
RUN --mount=type=ssh ssh -T git@example.com
RUN --mount=type=cache,target=/x ssh -T git@example.com
# What the step starts it uses, and ends.
RUN service postgresql start && psql -f /a.sql && service postgresql stop
RUN service postgresql start
RUN mysqld --daemonize && kill $(cat /run/mysqld.pid)
RUN kill 1
# vim ends by itself.
RUN vim +PlugInstall +qall
RUN vim -es -c q
RUN vim /etc/hosts
USER 10001
