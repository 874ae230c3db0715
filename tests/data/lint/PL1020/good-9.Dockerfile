FROM debian:12.5
CMD python manage.py migrate && exec gunicorn x
