FROM debian:12
COPY a /b
RUN <<EOF
echo hello
EOF
USER 10001
