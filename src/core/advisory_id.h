/*
 * Ids of advisories, known by their shape: what a policy may name although no rule has
 * it, and what `explain` looks up. Pure.
 */
#ifndef CORE_ADVISORY_ID_H
#define CORE_ADVISORY_ID_H

#include "base/str.h"

/* What they look like, for people. */
#define ADVISORY_ID_EXAMPLES "CVE-2020-25032, GHSA-xc3p-ff3m-f46v, DSA-5514-1 or PYSEC-2020-43"

/* Whether some advisory's id can be of this glob (`*` any text, `?` one character). A text without
 * either is an id itself. Case counts. */
bool advisory_id_fits(struct str glob);
/* Whether it begins as one does ("CVE-"), in any case, and so is meant to be one. */
bool advisory_id_begins(struct str id);
/* The same id as its publisher writes it, for one in the wrong case ("cve-2020-25032"): into `out`,
 * which holds at least as many bytes. False if that is no id either. */
bool advisory_id_spell(struct str id, char *out, size_t size, struct str *ret);

#endif
