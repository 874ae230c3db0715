FROM a:1
COPY secret.env /x
COPY ./dir/file other/x.log other/x.txt /x/
ADD a/b/node_modules/c /x
COPY b1 b2 bx /x/
COPY --from=b secret.env /x
COPY deep/.tmp-not q.tmp /x/
COPY . /x
COPY *.env $X /x/
