FROM mcr.microsoft.com/windows/servercore:ltsc2022
RUN ["cmd", "/c", "powershell; dir"]
USER ContainerUser
