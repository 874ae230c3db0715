# FROM counts too
from a:1
run a
onbuild RUN x
label a=b
