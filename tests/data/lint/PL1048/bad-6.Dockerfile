FROM library/node:21-slim
USER 1
