FROM debian:12.5
CMD cron && tail -f /var/log/cron.log
