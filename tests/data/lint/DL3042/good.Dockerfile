FROM python:3.12 AS build
RUN pip install flask==3.0.3
FROM python:3.12
RUN pip install --no-cache-dir flask==3.0.3
RUN PIP_NO_CACHE_DIR=1 pip install flask==3.0.3
RUN --mount=type=cache,target=/root/.cache/pip pip install flask==3.0.3
RUN pip install flask==3.0.3 && rm -rf /root/.cache
ENV PIP_NO_CACHE_DIR=on
RUN pip install flask==3.0.3
COPY --from=build /x /x
USER 10001
