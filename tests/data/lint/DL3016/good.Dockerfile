FROM node:22
RUN npm install
RUN npm ci
RUN npm install -g express@4.19.2 @scope/x@1 ./own /srv/own.tgz .
RUN npm install git+https://example.com/x#v1
USER 10001
