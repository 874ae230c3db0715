FROM debian:12.5
ARG TOKEN
RUN PGPASSWORD=$TOKEN psql -h db && mysql -uroot -p"$TOKEN" app && mysql -uroot -proot -P3306 -p app
RUN docker login -u me -p ${TOKEN} registry.example.com && docker run -p 8080:8080 x && docker login --password-stdin
RUN echo "//registry.npmjs.org/:_authToken=${NPM_TOKEN}" > .npmrc
RUN adduser --disabled-password appuser && mysql --password appdatabase && useradd --password '$6$abc' me
RUN git clone https://git@github.com/me/x && git clone https://very-long-user-name-of-somebody@example.com/x
CMD ["server", "--password=changeme", "--token", "<token>"]
