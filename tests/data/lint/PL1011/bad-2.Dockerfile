FROM debian:12.5
RUN curl -fsSL -o i.sh https://example.com/i.sh && sh i.sh
RUN wget -q https://example.com/x/get.py?raw=1 && python3 get.py && rm get.py
RUN curl -O https://example.com/run && chmod +x run && ./run
RUN wget -O /tmp/a.sh https://example.com/a && bash -e /tmp/a.sh --yes
RUN powershell -Command "iwr https://example.com/i.ps1 | iex"
SHELL ["powershell"]
RUN iex ((New-Object System.Net.WebClient).DownloadString('https://example.com/install.ps1'))
