/*
 * How versions of an ecosystem are ordered. Pure functions over slices: no locale, no
 * allocation, numbers of any length. A version that the scheme cannot read compares as
 * unknown, never as equal and never as safe.
 */
#ifndef DETECT_VULN_VERSION_H
#define DETECT_VULN_VERSION_H

#include "base/str.h"

struct version_scheme {
	struct str name;  /* "deb" */
	struct str what;  /* one sentence for the documentation */
	struct str since; /* the date it came */
	bool (*valid)(struct str version);
	/* Both are valid. Less than, equal to, greater than 0 as a stands to b. */
	int (*compare)(struct str a, struct str b);
};

enum version_order { VERSION_LESS, VERSION_EQUAL, VERSION_GREATER, VERSION_UNKNOWN };

/* All of schemes.def, in its order. */
const struct version_scheme *const *version_schemes(size_t *ret_n);
/* NULL if there is none of that name. */
const struct version_scheme *version_scheme_find(struct str name);
/* VERSION_UNKNOWN if scheme is NULL or either version is invalid in it. */
enum version_order version_compare(const struct version_scheme *scheme, struct str a, struct str b);

#endif
