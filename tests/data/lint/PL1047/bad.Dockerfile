# escape=`
FROM mcr.microsoft.com/windows/servercore:ltsc2022
RUN powershell -Command Invoke-WebRequest https://example.org/a.zip -OutFile a.zip ; Expand-Archive a.zip
SHELL ["C:\\Program Files\\PowerShell\\pwsh.exe", "-Command"]
RUN Invoke-WebRequest https://example.org/b.zip -OutFile b.zip; `
    Expand-Archive b.zip
USER ContainerUser
