FROM mcr.microsoft.com/windows/servercore:ltsc2022
RUN powershell -Command Expand-Archive a.zip;
RUN powershell -Command $ErrorActionPreference = 'Stop'; Expand-Archive a.zip; Remove-Item a.zip
RUN echo powershell; dir
RUN powershell -NoProfile -Command Sleep 2 ; $a = 'b'; Expand-Archive a.zip
SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop';"]
RUN Expand-Archive a.zip; Remove-Item a.zip
SHELL ["cmd", "/S", "/C"]
RUN dir ; dir
USER ContainerUser
