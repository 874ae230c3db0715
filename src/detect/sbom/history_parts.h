/* What the parts of history share: file_history.c keeps, suspects.c plans, hidden.c judges. Private
 * to detect/sbom. */
#ifndef DETECT_SBOM_HISTORY_PARTS_H
#define DETECT_SBOM_HISTORY_PARTS_H

#include "detect/sbom/file_history.h"

/* The lists of a package: "libssl3" or "libssl3:amd64". NULL: there are none. */
struct history_owner *history_owner_named(
    const struct history *h, struct str name, struct str arch);
/* A path as files are known by. */
struct str history_key(struct str path);
/* key is borrowed. */
MUST_USE int history_ask(struct history *h, struct str key, struct err *err);
/* NULL: it was not asked for. */
const struct history_file *history_file_at(const struct history *h, struct str key);

/* Line by line; false at the end. */
bool history_next_sum(struct str *rest, struct str *ret_md5, struct str *ret_key);
bool history_next_path(struct str *rest, struct str *ret_key);
/* The one that is there in the end, or NULL. */
const struct history_text *history_current(const struct history_texts *texts);
/* A Python package's files, or the folder that they lie in, as far as they were asked for: whether
 * one is there, written by layers up to `layer`. */
bool history_python_left(const struct history *h, const struct history_suspect *s, size_t layer);
/* A program or a library. */
bool history_is_code(struct str key);
/* All programs and libraries that the package had are there with the bytes that they had, at their
 * paths or at those that a higher layer moved them to; of a package without any: all that is
 * neither empty nor documentation, at its path and no other package's. False if it had none of
 * either. */
bool history_is_unchanged(const struct history *h, const struct history_suspect *s);
/* The inventory's release, and what its os-release hides. After the suspects. */
MUST_USE int history_judge_release(
    struct history *h, struct inventory *inventory, struct hidden_list *list, struct err *err);

#endif
