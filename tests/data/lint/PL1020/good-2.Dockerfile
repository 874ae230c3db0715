FROM debian:12
COPY one.sh /start.sh
ENTRYPOINT ["/start.sh"]
CMD ["service"]
