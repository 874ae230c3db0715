FROM a:1
RUN a && \

  b \
# said here
 	 

  && c
ENV A=1 \

B=2
