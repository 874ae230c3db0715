FROM python:3.12
RUN pip install flask
RUN pip3.11 install flask==3
RUN python3 -m pip install flask
# A path says nothing of what is installed.
RUN /venv/bin/pip install flask
RUN uv pip install flask
# The folder itself, with an extra.
RUN pip install .[dev]
RUN pip install .
RUN pip install -r requirements.txt flask
RUN pip install --index-url https://example.com/simple flask==3
RUN pip install -e git+https://example.com/x#egg=x
RUN pip install git+https://example.com/x
RUN sudo pip install flask
ONBUILD RUN pip install flask
USER 10001
