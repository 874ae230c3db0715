FROM debian:12.5
LABEL source=https://me:Xk29vQp7@example.com/x.git
