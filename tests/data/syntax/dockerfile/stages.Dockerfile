ARG BASE=debian TAG=${V:-12} NEXT=$BASE
ARG OPEN
ARG OPEN2=$OPEN
FROM --platform=$BUILDPLATFORM ${BASE}:${TAG} AS Build
ENV A=1 B=$A
ENV B=$A C=${A}x PATH=/opt:$PATH
ARG BASE
ARG LOCAL=l$BASE
USER u$A:$LOCAL
WORKDIR /w/$C
RUN --mount=type=cache,target=/var/cache/ --mount=type=tmpfs,dst=/tmp a
RUN --mount=target=/var/cache/apt,type=bind b
RUN --mount=type=cache,destination=/var/cache/apt/x c
RUN --mount=type=cache,Target=/var/cache/apt d
RUN --mount=type=cache,target=/var/cac e
EXPOSE $A 8$A-9 $NOPE
SHELL ["/bin/ash", "-c"]
FROM build
COPY --from=build /a /b
COPY --from=0 /a /b
COPY --from=1 /a /b
COPY --from=$BASE /a /b
USER $A
RUN f
FROM scratch AS mid
ADD --from=Build x y
USER $Q
WORKDIR rel
FROM localhost/x:$OPEN AS build
RUN --mount=type=bind,from=mid,source=/a,target=/b --mount=from=build,target=/c g
COPY --from=build /a /b
COPY --from=3 /a /b
COPY --from=4 /a /b
ONBUILD USER never
ONBUILD RUN --mount=from=mid,target=/z h
FROM $OPEN2 AS last
COPY --from=BUILD /a /b
SHELL ["powershell", "-Command"]
RUN i
RUN ["j"]
