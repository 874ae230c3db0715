/*
 * Python's regular expressions (the `re` module, over bytes), RE2's and POSIX's, in the notation
 * that PCRE2 and vectorscan share. What means the same in both is copied; what does not is
 * rewritten or refused. Pure functions.
 */
#ifndef DETECT_SECRET_PATTERN_H
#define DETECT_SECRET_PATTERN_H

#include "base/arena.h"

struct secret_pattern {
	struct str text; /* NUL-terminated, without a NUL inside */
	bool to_end;	 /* asks where the text ends (\Z): never match it in a cut text */
};

/* Taken: everything in Python 3.11's `re` but the flags L and x, inline flags that do not stand in
 * front, \N{…}, and characters outside ASCII in a class. Those and what Python refuses are
 * ERR_CONFIG with the byte where it stands; mistakes that PCRE2 sees as well (a parenthesis that is
 * not closed) are left to it. */
MUST_USE int secret_pattern_translate(
    struct str python, struct arena *arena, struct secret_pattern *ret_pattern, struct err *err);

/* The same of RE2's dialect, as Go's regexp package has it, over bytes: `.` is a byte, and so is a
 * negated class. Refused, besides what RE2 refuses: the flag U, \p{…}, and characters outside of
 * ASCII in ranges and negated classes. */
MUST_USE int secret_pattern_translate_re2(
    struct str re2, struct arena *arena, struct secret_pattern *ret_pattern, struct err *err);

/* The same of POSIX's extended notation, as GNU grep has it in the C locale: bytes, and matches
 * that stay on one line. word: one that begins or ends inside of a word is none (grep -w). Refused
 * are references back to a group. */
MUST_USE int secret_pattern_translate_ere(struct str ere, bool word, struct arena *arena,
    struct secret_pattern *ret_pattern, struct err *err);

#endif
