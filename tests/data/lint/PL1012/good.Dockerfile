FROM debian:12
ENV NODE_TLS_REJECT_UNAUTHORIZED=1 GIT_SSL_NO_VERIFY=false
ARG PIP_TRUSTED_HOST
RUN curl -fsSL -o k -H key https://example.com/-k && curl -ok -Hk https://example.com/a
RUN npm config set strict-ssl true && git config http.sslVerify true
RUN curl -k https://localhost:8443/health && curl -k https://127.0.0.1/
RUN sed -i 's/sslverify=0/sslverify=1/' /etc/yum.conf
RUN wget -k https://example.com/a; tar -kxf a; echo --insecure
HEALTHCHECK CMD curl -k https://localhost/
USER 10001
