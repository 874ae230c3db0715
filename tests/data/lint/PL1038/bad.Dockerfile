FROM debian:12
RUN export DB_PASSWORD=Harbor-12 && ./migrate
RUN NPM_TOKEN=pw5-Tz.q npm ci
RUN git clone https://bot:pw5-Tz.q@git.example.org/team/app
RUN curl -sSu bot:pw5-Tz.q https://example.org/a && curl -H "Authorization: Bearer pw5-Tz.q" https://example.org/b
RUN echo 'root:Harbor-12' | chpasswd
RUN <<END
mysqladmin --user=root --password=Harbor-12 create shop
END
ONBUILD RUN sudo env API_KEY=Harbor-12 ./setup
USER 10001
