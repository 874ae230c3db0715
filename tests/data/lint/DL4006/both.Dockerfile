FROM debian:12.5 AS base
RUN curl -s https://example.com/a | tar -x
# What cannot fail.
RUN echo x | tee /y
# Said in the script itself.
RUN set -o pipefail && curl -s https://example.com/a | tar -x
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN curl -s https://example.com/a | tar -x
FROM base
# The shell is inherited.
RUN curl -s https://example.com/a | tar -x
FROM debian:12.5
SHELL ["/bin/bash", "-eo", "pipefail", "-c"]
RUN curl -s https://example.com/a | tar -x
SHELL ["/bin/sh", "-c"]
RUN curl -s https://example.com/a | tar -x
# An exec form has no pipe: the word is an argument.
RUN ["echo", "a", "|", "b"]
RUN a || b
COPY --from=base /a /b
# PowerShell, by its whole path: no pipefail there.
SHELL ["/usr/bin/pwsh", "-Command"]
RUN Get-Content a | Select-String b
USER 10001
