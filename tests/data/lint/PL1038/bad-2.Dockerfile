FROM debian:12.5
RUN PGPASSWORD=Xk29vQp7 psql -h db && mysql -uroot -pXk29vQp7 app
RUN docker login -u me -p Xk29vQp7 registry.example.com && npm login --token Xk29vQp7abc
RUN echo "//registry.npmjs.org/:_authToken=npm_Xk29vQp7Zt31" > .npmrc
RUN sshpass -p Xk29vQp7 ssh x && redis-cli -a Xk29vQp7 ping && htpasswd -bc /x me Xk29vQp7
RUN git clone https://ghp_Xk29vQp7Zt31Lm50Wq@github.com/me/x
HEALTHCHECK CMD curl -u me:Xk29vQp7 http://localhost/
ENTRYPOINT ["tool", "--api-key=Xk29vQp7Zt31"]
CMD ["--password=Xk29vQp7"]
