FROM golang:1.23
RUN go install example.com/tool
RUN go install example.com/tool@latest
RUN go install example.com/tool@v1
RUN go get example.com/tool
RUN go run example.com/tool
RUN go install .
# The value of an option is no program.
RUN go install -ldflags "-s" example.com/tool@v1
# The module's own program, and one of Go's.
RUN go install cmd/app
ONBUILD RUN go get example.com/tool
# What go.mod names.
RUN go install tool
USER 10001
