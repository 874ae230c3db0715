FROM a
CMD [ "a" , "b\tc" ,"\"\\\/\b\f\n\r" ]
CMD ["\u0041\u00e9\u20ac", "\ud83d\ude00", "\ud83d", "\ude00x", "\ud83d\u0041"]
CMD []
CMD ["a",]
CMD ["a"
CMD ["a" "b"]
CMD ["a"] b
CMD ['a']
CMD ["a\q"]
CMD ["\u12"]
CMD ["\u12g4"]
CMD ["a	b"]
CMD ["a\"]
CMD [1]
CMD [
RUN ["sh", "-c", "a \"b c\" && sudo d"]
RUN [ "sudo", \
  "e" ]
ENTRYPOINT ["/usr/bin/env", "A=1", "nice", "-n", "5", "prog"]
HEALTHCHECK CMD ["sh", "-c", "x || y"]
HEALTHCHECK CMD  z \
  w
