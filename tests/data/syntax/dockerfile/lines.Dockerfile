# escape=x
FROM  a \

# between
   # also
	 \  
  AS x
RUN a \\
RUN b \ 
c\
\
d
  	 
 RUN e 
　RUN f   
 RUN g 
​RUN h
‧RUN i
RUN k \
# last comment

   l \