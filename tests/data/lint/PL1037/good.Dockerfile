FROM debian:12
LABEL com.example.token.url=https://example.org/token org.example.auth=basic
LABEL com.example.password-policy="at least twelve letters"
LABEL secret="" password=changeme tokenizer=v2 key=abc auth.enabled=true
LABEL org.opencontainers.image.authors=team
USER 10001
