#!/bin/sh
set -e
./prepare
if [ -n "$CRON" ]; then cron & fi
mysqld_safe &
mysqladmin shutdown
service
exec nginx -g "daemon off;"
