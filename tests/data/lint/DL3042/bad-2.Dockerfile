FROM python:3.12 AS base
RUN pip install a==1
ENV PIP_NO_CACHE_DIR=1
RUN pip install b==1
ENV PIP_NO_CACHE_DIR=0
RUN pip install c==1
ENV PIP_NO_CACHE_DIR=1
FROM base
RUN pip install d==1
