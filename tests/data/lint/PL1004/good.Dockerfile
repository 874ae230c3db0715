FROM debian:12
SHELL ["powershell"]
RUN echo "never closed
SHELL ["/bin/sh", "-c"]
RUN echo "closed" && for x in a b; do case $x in a) echo $(id -u);; esac; done
RUN <<EOF
#!/usr/bin/env python3
print("it's")
EOF
