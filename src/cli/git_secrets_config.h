/*
 * What git-secrets is told: by git's configuration (secrets.patterns, secrets.allowed,
 * secrets.providers), by providers, which are programs that print patterns, and by .gitallowed at
 * the top of the repository. All in the arena.
 */
#ifndef CLI_GIT_SECRETS_CONFIG_H
#define CLI_GIT_SECRETS_CONFIG_H

#include "base/vec.h"

struct git_secrets_list {
	struct str *p;
	size_t n, cap;
};

struct git_secrets_config {
	struct git_secrets_list patterns, allowed; /* POSIX extended regular expressions */
};

MUST_USE int git_secrets_read(struct arena *arena, struct git_secrets_config *ret, struct err *err);

/* Adds a value to "secrets.patterns" and the like. *ret_added is false if one that has it in it is
 * there already. */
MUST_USE int git_secrets_add(const char *key, struct str value, bool global, struct arena *arena,
    bool *ret_added, struct err *err);
/* With a backslash before each character that means something. */
struct str git_secrets_literal(struct str text, struct arena *arena);
/* "secrets.patterns AKIA…" a line, as git prints them. */
MUST_USE int git_secrets_show(bool global, struct arena *arena, struct str *ret, struct err *err);

/* The keys of an AWS credentials file as patterns, one a line; NULL: ~/.aws/credentials. One that
 * is not there has none. */
MUST_USE int git_secrets_aws(
    const char *file, struct arena *arena, struct str *ret, struct err *err);
/* AWS's kinds of keys, its provider, and the examples of its documentation. */
MUST_USE int git_secrets_register_aws(
    bool global, struct arena *arena, bool *ret_added, struct err *err);

/* What `git rev-parse WORD` says here. */
MUST_USE int git_secrets_ask(
    const char *word, struct arena *arena, struct str *ret, struct err *err);

#endif
