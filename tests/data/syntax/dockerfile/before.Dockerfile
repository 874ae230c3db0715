RUN x
ARG A=1
ENV B=1
USER y
FROM $A
USER $B
COPY --from=nope a b
