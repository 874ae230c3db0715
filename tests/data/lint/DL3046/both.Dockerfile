FROM debian:12.5
ARG UID=10001
ARG LARGE=1000000
RUN useradd -u 1000000 app
# Six characters of a variable are no six digits.
RUN useradd -u ${UID} app
RUN useradd -u ${LARGE} app
RUN useradd --uid 1000000 app
RUN useradd --uid=1000000 app
RUN useradd -l -u 1000000 app
RUN sudo useradd -u 1000000 app
ONBUILD RUN useradd -u 1000000 app
USER 10001
