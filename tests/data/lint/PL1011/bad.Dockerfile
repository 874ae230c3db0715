FROM debian:12
RUN curl -fsSL https://example.com/setup.sh | sh
RUN wget -qO- https://example.com/setup.sh | sudo -E bash -
RUN curl -s https://example.com/get.py | python3 - --quiet
RUN set -e; (curl a || wget b) | tee log | bash -s -- -y
RUN sh -c "$(curl -fsSL https://example.com/install.sh)"
RUN bash <(curl -s https://example.com/install.sh)
RUN eval "`wget -qO- https://example.com/env`" && . <(curl x)
RUN ["bash", "-c", "curl https://example.com | bash -x"]
RUN <<EOF
curl https://example.com/a |
    sh
EOF
ONBUILD RUN curl https://example.com/a | sh
USER 10001
