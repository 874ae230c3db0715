FROM debian:12
RUN export DB_PASSWORD=Zq81-hh.w && ./migrate
RUN NPM_TOKEN=pw5-Tz.q npm ci
RUN git clone https://bot:pw5-Tz.q@git.example.org/team/app
RUN curl -sSu bot:pw5-Tz.q https://example.org/a && curl -H "Authorization: Bearer pw5-Tz.q" https://example.org/b
RUN echo 'root:Zq81-hh.w' | chpasswd
RUN <<END
mysqladmin --user=root --password=Zq81-hh.w create shop
END
ONBUILD RUN sudo env API_KEY=Zq81-hh.w ./setup
USER 10001
