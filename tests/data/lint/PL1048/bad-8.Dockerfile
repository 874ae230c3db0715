FROM centos:8
USER 1
