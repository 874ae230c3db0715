FROM debian:12
COPY <<END /start.sh
service cron start
service nginx start
tail -f /dev/null
END
CMD ["start.sh"]
