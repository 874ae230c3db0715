FROM scratch
WORKDIR /app
COPY a b
RUN true
