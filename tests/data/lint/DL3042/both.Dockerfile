FROM python:3.12 AS base
RUN pip install flask==3
RUN pip3 install --no-cache-dir flask==3
RUN PIP_NO_CACHE_DIR=1 pip install flask==3
RUN --mount=type=cache,target=/root/.cache/pip pip install flask==3
# The same cache, one folder up.
RUN --mount=type=cache,target=/root/.cache pip install flask==3
RUN /venv/bin/pip install flask==3
RUN pip install flask==3 && rm -rf /root/.cache
RUN pip install flask==3 && pip cache purge
ENV PIP_NO_CACHE_DIR=1
RUN pip install flask==3
FROM base
RUN pip install flask==3
FROM python:3.12
RUN pip install flask==3
USER 10001
