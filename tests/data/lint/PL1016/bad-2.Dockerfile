FROM debian:12.5
RUN setcap cap_setuid+ep /usr/bin/x && setcap -q 'cap_net_raw,cap_dac_override=eip' /y
RUN setcap =ep /usr/bin/z
RUN chmod g+s /usr/local/bin/tool
USER 1
