FROM debian:12.5
RUN ln -s /bin/sh /opt/sh
RUN ln -s /bin/bash /opt/bash
SHELL ["/bin/bash", "-c"]
USER 10001
