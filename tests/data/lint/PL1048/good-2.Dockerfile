FROM golang:1.25
USER 1
