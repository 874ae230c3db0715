/*
 * What a reader made of its input, as a text, against the file that says what it should be. With
 * PLIMSOLL_EXPECTED=write in the environment the files are written instead: read the difference
 * before it is committed. Tests only.
 */
#ifndef TESTS_BASE_EXPECTED_H
#define TESTS_BASE_EXPECTED_H

#include "base/buf.h"

/* Calls fn with the path of each file that the pattern (glob, below tests/data) names, in order.
 * Returns how many there were. */
unsigned each_file(const char *pattern, void (*fn)(const char *path));
/* Fails with the first line that differs. The expected text is in `path` with what stands behind
 * its last '.' replaced by "expect". */
void assert_expected(const char *path, const struct buf *got);
/* In quotes: what is not printable ASCII, and '"' and '\', as \n, \t or \xNN. */
void add_quoted(struct buf *out, struct str s);

#endif
