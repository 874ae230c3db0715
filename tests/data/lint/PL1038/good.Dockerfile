FROM debian:12
ARG TOKEN
RUN --mount=type=secret,id=token NPM_TOKEN=$(cat /run/secrets/token) npm ci
RUN DB_PASSWORD=${TOKEN} SECRET_KEY_BASE=dummy PASSWORD_FILE=/run/secrets/a ./migrate
RUN ./configure --with-password=no --auth=basic --password-length=12 --with-secret=/usr
RUN git clone https://git@git.example.org/team/app https://user:$TOKEN@example.org/a
RUN curl -u "bot:$TOKEN" -H "Authorization: Bearer $TOKEN" https://example.org
RUN echo "app:$TOKEN" | chpasswd
RUN sed -i 's/password=.*/password=/' /etc/a.conf && echo "token=see the manual"
USER 10001
