FROM debian:12.5
CMD cron && exec gunicorn x
