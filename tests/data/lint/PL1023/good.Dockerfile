FROM debian:12
RUN useradd -r web && useradd -r job && useradd -r mail && useradd -r late
RUN sed -i 's/user nginx/user web/' /etc/nginx.conf
ENV RUN_AS=job
RUN su late -c 'server --prepare'
USER mail
RUN true
USER root
CMD ["/usr/bin/server"]
