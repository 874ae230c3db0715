FROM node:22
COPY package.json .npmrc ./
COPY certs/server.key /etc/ssl/
COPY ["tls/privkey.pem", "/x/"]
