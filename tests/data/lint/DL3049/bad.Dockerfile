FROM debian:12.5
LABEL org.text=x org.url=https://example.com org.semver=1.0.0 org.hash=abcdef0 org.date=2026-11-27T00:00:00Z org.licence=MIT
USER 10001
