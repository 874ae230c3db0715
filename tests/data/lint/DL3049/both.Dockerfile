FROM debian:12.5 AS build
RUN make
FROM debian:12.5
LABEL org.text=x org.url=https://example.com org.semver=1.0.0 org.hash=abcdef0
LABEL org.date=2026-11-27T00:00:00Z org.licence=MIT
COPY --from=build /a /b
USER 10001
