FROM golang:1.24
USER 1
