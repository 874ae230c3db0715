FROM golang:1.23
RUN go install example.com/tool@latest
RUN go install -tags netgo example.com/other
USER 10001
