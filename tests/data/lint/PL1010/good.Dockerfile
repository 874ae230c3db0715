FROM a:1
COPY . .
ADD ./ /x
COPY --from=b . .
COPY a b
ONBUILD COPY . .
