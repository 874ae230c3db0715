/* A unified diff of a text and the same text with some changes made. */
#ifndef CLI_DIFF_H
#define CLI_DIFF_H

#include "base/buf.h"
#include "detect/lint/fix.h"

/* As `diff -u` writes it, and `git apply` and `patch -p1` take it: three lines around, "a/PATH" and
 * "b/PATH". The changes are ascending and inside the text. */
void diff_changes(
    struct str path, struct str text, const struct lint_change *changes, size_t n, struct buf *out);

#endif
