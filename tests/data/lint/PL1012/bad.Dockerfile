FROM debian:12
ENV NODE_TLS_REJECT_UNAUTHORIZED=0 LANG=C
ARG PIP_TRUSTED_HOST=pypi.example
RUN curl -fsSLk https://example.com/a -o a && curl --insecure https://example.com/b
RUN wget --no-check-certificate https://example.com/a
RUN pip install --trusted-host pypi.example flask && python3 -m pip install --trusted-host=pypi.example x
RUN npm config set strict-ssl false && yarn config set "strict-ssl" false && npm ci --strict-ssl=false
RUN git -c http.sslVerify=false clone https://example.com/a && git config --global http.sslverify false
RUN export GIT_SSL_NO_VERIFY=true; PYTHONHTTPSVERIFY=0 python3 get.py
RUN env NPM_CONFIG_STRICT_SSL=false npm ci
RUN echo "sslverify=0" >>/etc/yum.conf && yum -y --setopt=sslverify=false install a
RUN sudo wget -q --no-check-certificate https://example.com/a
RUN apt-get -o Acquire::https::Verify-Peer=false update && sh -c 'echo sslverify=0 >x'
RUN conda config --set ssl_verify False
ENV VAULT_SKIP_VERIFY=1
USER 10001
