# ESCAPE = `
FROM windows `

  AS x
SHELL ["powershell"]
RUN dir c:\ `
 && x
SHELL ["C:/bash", "-c"]
RUN a `
  "b `" c"
USER a`b
