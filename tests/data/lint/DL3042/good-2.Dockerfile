FROM python:3.12 AS base
ARG PIP_NO_CACHE_DIR=1
RUN pip install a==1
ENV PIP_NO_CACHE_DIR=1
FROM base AS next
RUN pip install b==1
FROM next
RUN pip install c==1
