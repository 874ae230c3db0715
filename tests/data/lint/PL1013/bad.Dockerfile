FROM debian:12
RUN apk add --no-cache --allow-untrusted a.apk
RUN apt-get install -y --allow-unauthenticated a && apt-get install --force-yes b
RUN sudo dnf install -y --nogpgcheck a
RUN rpm -i --nosignature --nodigest a.rpm
RUN zypper --no-gpg-checks install -y a
RUN echo "deb [trusted=yes] https://example.com/debian bookworm main" >/etc/apt/sources.list.d/a.list
RUN sed -i 's/gpgcheck=1/gpgcheck=0/' /etc/yum.repos.d/a.repo
RUN apt-get -o Acquire::AllowInsecureRepositories=true update
ENV GOSUMDB=off
USER 10001
