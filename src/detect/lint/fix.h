/*
 * Repairs of a Dockerfile by the edits that its findings carry, each of them proved: with it, and
 * all that were taken before it, the file is read again and has the same instructions but for those
 * that the edit touches, no new mistake, no instruction has a new finding, and what it cures is
 * gone. What cannot be proved is left out, and why is said. Pure; the result is in the arena, and
 * borrows the unit.
 */
#ifndef DETECT_LINT_FIX_H
#define DETECT_LINT_FIX_H

#include "detect/lint/lint.h"

enum { LINT_FIX_MAX = 2000 }; /* findings with edits that are tried in one file */

enum lint_fix_end {
	LINT_FIXED,
	LINT_FIX_OVERLAPS, /* a more important one changes the same bytes */
	LINT_FIX_UNPROVED, /* the file would be another one */
	LINT_FIX_FINDS,	   /* something new would be found, or the same again */
};

/* One finding with edits of the level. */
struct lint_fix {
	struct str rule;
	uint32_t line;
	enum lint_fix_end end;
};

struct lint_change {
	uint64_t offset, end; /* in the unit */
	struct str text;
};

struct lint_fixes {
	struct lint_fix *fixes; /* in the order of the file */
	size_t n_fixes;
	struct lint_change *edits; /* of those that are made: ascending, none in another */
	size_t n_edits;
	uint64_t n_left; /* findings with edits beyond LINT_FIX_MAX, which were not tried */
};

/* level: the least safe that is made. rules: ids; none: all. */
MUST_USE int lint_fix(const struct unit *unit, const struct lint_opts *opts, enum edit_level level,
    struct str_list rules, struct arena *arena, struct lint_fixes *ret, struct err *err);

/* The text with the edits made; p is NULL if they are not ascending and inside it, or the arena is
 * full. */
struct str lint_apply(
    struct str text, const struct lint_change *edits, size_t n, struct arena *arena);

#endif
