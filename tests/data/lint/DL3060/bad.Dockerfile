FROM node:22
RUN yarn install
USER 10001
