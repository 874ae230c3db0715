/*
 * Python's regular expressions (the `re` module, over bytes) in the notation that PCRE2
 * and vectorscan share. What means the same in both is copied; what does not is
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

#endif
