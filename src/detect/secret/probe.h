/*
 * Whether a text has anything in it, asked of many texts that are made from one another: of
 * a new version only the lines are looked at that differ from the old, and what is known of
 * the others comes with them.
 *
 * A fact is a place whose lines say by themselves what they are worth, so that it may be
 * taken over with them: a hit, or the first line of a block whose rest decides (an anchor),
 * which is looked at again in each version. The lines around a change are looked at too
 * (PROBE_LINES, as far as PROBE_SIDE_BYTES): no rule but those of blocks looks further.
 */
#ifndef DETECT_SECRET_PROBE_H
#define DETECT_SECRET_PROBE_H

#include "detect/secret/secret.h"

enum { PROBE_LINES = 3, PROBE_SIDE_BYTES = 4096 };

struct secret_fact {
	size_t at, end; /* bytes of the text */
	bool is_hit;
};

enum probe_kind { PROBE_ANY /* nothing asked for it yet */, PROBE_TEXT, PROBE_BINARY };

/* Ascending. Zero it before its first use; release it with free(p). */
struct secret_facts {
	struct secret_fact *p;
	size_t n, cap;
	bool by_lines; /* false: the whole text is looked at in each version, as for UTF-16 */
	enum probe_kind kind;
};
MUST_USE bool secret_facts_push(struct secret_facts *facts, const struct secret_fact *fact);
/* Whether secret_scan may have something to say of the text, whatever its path. */
bool secret_facts_any(const struct secret_facts *facts);

MUST_USE int secret_probe_whole(
    struct secret_scanner *scanner, struct str text, struct secret_facts *ret, struct err *err);

/* Bytes [at, end) differ from the version before, or, if they are none, something between their
 * neighbours is gone. */
struct secret_change {
	size_t at, end;
};
/* changes ascending; kept: facts of the version before, at the places where their bytes stand now,
 * ascending. The same as secret_probe_whole. */
MUST_USE int secret_probe_changed(struct secret_scanner *scanner, struct str text,
    const struct secret_change *changes, size_t n_changes, const struct secret_facts *kept,
    struct secret_facts *ret, struct err *err);

#endif
