/* What `lint` and `fix` have in common: the files and folders that are named, or what lies here. */
#ifndef CLI_LINT_PATHS_H
#define CLI_LINT_PATHS_H

#include "cli/session.h"

/* Lints them into the session's report; "-" is a Dockerfile on the standard input. A file that is
 * named several times is judged once. */
MUST_USE int lint_paths(struct session *s, const struct opt_list *paths, struct err *err);

#endif
