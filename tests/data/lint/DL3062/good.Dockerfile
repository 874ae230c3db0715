FROM golang:1.23
RUN go install example.com/tool@v1.2.3
RUN go install -ldflags "-s -w" ./cmd/app
RUN go install -v ./...
RUN go run ./gen.go
RUN go build example.com/x
USER 10001
