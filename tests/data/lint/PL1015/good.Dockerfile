FROM debian:12 AS build
RUN chmod 777 /build
FROM debian:12
RUN chmod 1777 /tmp/x && chmod a+rwxt /tmp/y && chmod a+rwx,+t /tmp/z
RUN chmod 755 /app && chmod +w /srv && chmod u+w,g+w /srv && chmod o-w /srv && chmod o+r,g+w /srv
RUN chmod --reference=/a /b && chmod "$MODE" /c && mkdir -p 777 && install a /m && touch 777
COPY --chmod=755 start.sh /
USER 10001
