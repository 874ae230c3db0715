FROM debian:12.5
CMD nginx -t && nginx -g 'daemon off;'
