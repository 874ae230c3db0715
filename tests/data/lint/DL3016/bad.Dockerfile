FROM node:22
RUN npm install -g express@4.19.2 typescript
USER 10001
