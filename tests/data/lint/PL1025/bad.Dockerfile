FROM debian:12 AS base
RUN groupadd docker && useradd -m -G docker,video app \
 && useradd -r web && usermod -aG docker web
FROM base
USER app:app
RUN gpasswd -a job docker
USER job:1000
RUN sh -c 'adduser last docker'
USER web:web
USER last:last
