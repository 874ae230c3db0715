FROM node:22
RUN npm install express
RUN npm install express@4 @scope/name@1
RUN npm install @scope/name
# npm has other words for it.
RUN npm i express
RUN npm add express
# latest is no version.
RUN npm install express@latest
# The folder itself.
RUN npm install .
RUN npm install -g --loglevel warn express@4
RUN sudo npm install express
ONBUILD RUN npm install express
USER 10001
