FROM a:1
RUN a \
# said
  b

RUN <<EOF
a

b
EOF
