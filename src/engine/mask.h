/*
 * Stands between the linter and its sink, inside the child: what a finding quotes of the
 * file (its line, a word in the message, an edit) holds no secret when it passes. One
 * unit at a time; nothing is owned but the arena. Private to engine.
 */
#ifndef ENGINE_MASK_H
#define ENGINE_MASK_H

#include "core/unit.h"
#include "detect/secret/secret.h"

struct mask {
	struct sink sink;
	struct secret_scanner **scanner;
	const struct limits *limits;
	const struct unit *unit;
	struct arena arena;
	struct secret_spans spans; /* of the unit; looked for at the first finding */
	VEC(struct str) values; /* what stands in them: hidden also where no rule would find it */
	bool looked;
};

/* *scanner may be NULL: at the first finding one of the built-in rules is put there, which stays
 * the caller's to free. */
void mask_init(struct mask *mask, struct secret_scanner **scanner, const struct unit *unit,
    const struct limits *limits, struct sink *to);
void mask_release(struct mask *mask);

#endif
