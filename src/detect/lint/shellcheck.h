/*
 * What ShellCheck finds in the scripts of RUN: each is given to it as the shell in force would read
 * it, with the names that are set, and its findings come back to their exact place in the file. One
 * process for up to 64 scripts. A script that is over a limit of our shell reader, as one with a
 * thousand nested subshells, is not given to it. Private to lint.
 *
 * Source: ShellCheck's manual (format json1; columns count characters).
 */
#ifndef DETECT_LINT_SHELLCHECK_H
#define DETECT_LINT_SHELLCHECK_H

#include "detect/lint/kind.h"

/* All findings, as rules SC1000 to SC9999. Nothing if there is no checker; a checker that fails is
 * the lint's error, but for one that is not installed. */
void shellcheck_view(struct lint *lint, const struct docker_view *view);
/* As hadolint has them: in its own dialect and with its own names, one for each RUN, at its line.
 */
void shellcheck_hado(struct lint *lint, const struct hado_pass *pass);

#endif
