FROM debian:12.5
RUN curl -o i.sh https://example.com/i.sh && echo "00 i.sh" | sha256sum -c && sh i.sh
RUN curl -o i.tar https://example.com/i.tar && tar xf i.tar && ./configure
RUN curl -o /usr/bin/tool https://example.com/tool && chmod +x /usr/bin/tool && tool --version
RUN wget -qO- https://example.com/x > x && cat x
RUN curl https://example.com && iex -S mix
SHELL ["powershell"]
RUN iwr https://example.com/x.zip -OutFile x.zip
