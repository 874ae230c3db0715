FROM debian:12
WORKDIR /app
WORKDIR $HOME/app
WORKDIR c:\app
WORKDIR "/srv"
