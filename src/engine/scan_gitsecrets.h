/*
 * Rules of git-secrets: patterns in POSIX's extended notation that stand as whole words on one
 * line, and patterns of what is allowed, which see the line as grep prints it: "file:line:text".
 */
#ifndef ENGINE_SCAN_GITSECRETS_H
#define ENGINE_SCAN_GITSECRETS_H

#include "base/arena.h"
#include "detect/secret/secret_rules.h"

/* ERR_CONFIG names the pattern that cannot be taken. */
MUST_USE int git_secrets_rules(const struct str_list *patterns, const struct str_list *allowed,
    struct arena *arena, struct secret_rules *ret, struct err *err);
/* Whether a pattern can be taken. */
MUST_USE int git_secrets_check(struct str pattern, struct arena *arena, struct err *err);

#endif
