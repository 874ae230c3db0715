FROM debian:12
RUN apk add --no-cache a && apt-get install -y --allow-downgrades a
RUN echo "deb [signed-by=/k.gpg] https://example.com/debian bookworm main" >/etc/apt/sources.list.d/a.list
RUN printf 'gpgcheck=1\nrepo_gpgcheck=0\n' >/etc/yum.repos.d/a.repo
RUN sed -i 's/gpgcheck=0/gpgcheck=1/' /etc/yum.repos.d/a.repo
RUN echo --nogpgcheck; rpm -qa --noscripts
ENV GOSUMDB=sum.golang.org
USER 10001
