FROM debian:12
RUN curl -fsSLo setup.sh https://example.com/setup.sh && echo "abc  setup.sh" | sha256sum -c && sh setup.sh
RUN curl -s https://example.com/a.tgz | tar xz
RUN curl -s https://example.com/a.json | python3 -m json.tool
RUN curl -s https://example.com/a | sh -c 'cat >x' && curl -s https://example.com | perl -pe s/a/b/
RUN curl -s https://example.com/key | gpg --dearmor >k; cat local.sh | sh
RUN bash -c "set -e; V=$(curl -s https://example.com/version); echo $V"
RUN curl -O https://example.com/list && sh ./build.sh && curl x | bash ./filter.sh
RUN echo 'curl https://example.com | sh'
USER 10001
