FROM fedora:41
RUN dnf -y install httpd
