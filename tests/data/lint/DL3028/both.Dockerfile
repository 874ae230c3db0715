FROM ruby:3.3
RUN gem install rails
RUN gem install rails:7
RUN gem i rails
RUN gem install rails --version=7
# --no-document takes no value: the gem is seen.
RUN gem install --no-document rails
# A file of the build.
RUN gem install ./own.gem
RUN gem install rails:7 -- --use-system-libraries
RUN sudo gem install rails
ONBUILD RUN gem install rails
USER 10001
