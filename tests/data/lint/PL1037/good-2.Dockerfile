FROM debian:12.5
LABEL source=https://git@example.com/x.git url=https://me:password@example.com
