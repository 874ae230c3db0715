FROM python:3.12
RUN pip install --no-cache-dir flask==3.0.3 "requests>=2" git+https://example.com/x@v1
RUN pip install --no-cache-dir -r requirements.txt
RUN pip install --no-cache-dir . ./dist/own.whl .[extra]
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir flask==3
RUN pip download flask
USER 10001
