FROM debian:12.5
RUN ln -sf /bin/bash /bin/sh
# The other way round: /bin/sh stays.
RUN ln -s /bin/sh /opt/sh
RUN sudo ln -sf bash /bin/sh
RUN ln -sf bash /usr/bin/sh
ONBUILD RUN ln -sf /bin/bash /bin/sh
# Without -f nothing is replaced.
RUN ln -s /busybox/sh /bin/sh
RUN rm /bin/sh && ln -s /bin/bash /bin/sh
USER 10001
