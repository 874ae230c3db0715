FROM debian:12.5
CMD ["a"]
CMD ["b"]
CMD ["c"]
ONBUILD CMD ["d"]
USER 10001
FROM debian:12.5
CMD ["a"]
USER 10001
