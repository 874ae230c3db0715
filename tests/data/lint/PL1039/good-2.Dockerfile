FROM node:22
COPY settings/.npmrc ./
COPY nginx_signing.key server.crt cert.pem /x/
RUN --mount=type=secret,id=npm,target=/root/.npmrc npm ci
