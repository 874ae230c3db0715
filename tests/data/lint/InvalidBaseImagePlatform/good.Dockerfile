FROM --platform=windows/amd64 windows.example/app:1
FROM windows.example/app:1
FROM --platform=linux/amd64 other.example/app:1
FROM --platform=$BUILDPLATFORM windows.example/app:1
