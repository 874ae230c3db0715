FROM node:lts-alpine
USER 1
