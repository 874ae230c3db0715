FROM mcr.microsoft.com/windows/nanoserver:ltsc2022 AS files
RUN dir
FROM mcr.microsoft.com/dotnet/sdk:8.0
RUN --mount=type=cache,target=/root/.nuget dotnet restore
FROM windows.example.org/linux:1
RUN --mount=type=tmpfs,target=/x true
USER 10001
