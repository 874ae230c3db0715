FROM mcr.microsoft.com/windows/servercore:ltsc2022
RUN ["powershell", "-Command", "Expand-Archive a.zip; Remove-Item a.zip"]
USER ContainerUser
