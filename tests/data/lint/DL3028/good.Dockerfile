FROM ruby:3.3
RUN gem install rails:7.1.3
RUN gem install rails -v 7.1.3
RUN gem install --no-document rails --version=7.1.3
RUN gem install own.gem
USER 10001
