ARG P=linux/arm64
FROM --platform=linux/amd64 windows.example/app:1 AS x
FROM --platform=$P windows.example/app:1
