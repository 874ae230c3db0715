FROM debian:12
RUN passwd -d root
RUN useradd -m -p '' app && usermod --password "" web
RUN useradd -ou 0 toor; adduser --uid 0 second
RUN sudo passwd --delete app
USER 10001
