FROM a:1
ENV A b
ENV B b c
LABEL m "Jo"
ONBUILD ENV C x \
  y
