FROM node:22 AS build
RUN yarn install
FROM node:22
RUN yarn install --production && yarn cache clean
RUN --mount=type=cache,target=/usr/local/share/.cache/yarn yarn install
RUN yarn build
COPY --from=build /x /x
USER 10001
