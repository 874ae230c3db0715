FROM node:22 AS tools
# Left behind by both.
RUN yarn install
FROM node:22
RUN yarn install
RUN yarn install && yarn cache clean
# Without a word it installs.
RUN yarn
# A cache that is only looked at is not cleaned.
RUN yarn install && yarn cache list
RUN yarn cache clean && yarn install
RUN --mount=type=cache,target=/root/.cache/yarn yarn install
ONBUILD RUN yarn install
USER 10001
