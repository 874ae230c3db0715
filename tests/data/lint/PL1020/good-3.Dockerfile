FROM debian:12
COPY --from=x start.sh /start.sh
RUN echo apt-get install supervisor
ONBUILD CMD ["supervisord"]
ENTRYPOINT ["/start.sh"]
