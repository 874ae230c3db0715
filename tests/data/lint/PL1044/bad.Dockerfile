# escape=`
FROM mcr.microsoft.com/windows/servercore:ltsc2022 AS base
RUN --mount=type=cache,target=C:\cache dir
FROM mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-ltsc2022
RUN --mount=type=secret,id=a dotnet restore
FROM base
USER ContainerUser
