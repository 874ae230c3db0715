FROM debian:12.5
ADD app.py /app/
ADD app.tar.gz /app/
ADD https://example.com/app /app/
ADD a.tar b.py /app/
# what only ADD can fetch
ADD https://github.com/example/app.git /app/
ADD git@github.com:example/app.git /app/
# it may hold any source
ADD $SOURCE /app/
# an archive that a builder unpacks too
ADD app.tar.zst /app/
# an end that no builder knows
ADD app.tpz /app/
ADD ["app.py", "/app/"]
ONBUILD ADD app.py /app/
USER 10001
