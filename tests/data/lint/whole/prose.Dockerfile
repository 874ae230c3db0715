This is a text
about Dockerfiles.
RUN it is not
Nothing more.
