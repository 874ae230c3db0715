/*
 * From matches to hits: a hit is all that is kept of a match once its text is gone. The
 * secret itself is not in it.
 */
#ifndef DETECT_SECRET_REGION_H
#define DETECT_SECRET_REGION_H

#include "detect/secret/value.h"

/* A place in a text that is read front to back, 1-based; columns count code points. */
struct text_cursor {
	size_t at;
	uint32_t line, column;
};

#define TEXT_CURSOR_START ((struct text_cursor){0, 1, 1})

/* To byte `to` of the text, which is not before where it stands. */
void text_cursor_move(struct text_cursor *cursor, struct str text, size_t to);

/* Of a hit that is not in the unit's bytes as they are; as core/origin.h has them. */
struct secret_where {
	struct str encoding, inner;
};

struct secret_hit {
	uint32_t rule; /* index */
	struct text_cursor from, to;
	size_t value_at, value_n; /* of its match, the secret itself */
	size_t length_bytes;
	unsigned char hash[SECRET_HASH_HEX / 2];
	char prefix[5];
	const char *remark;
	bool warns;			  /* worth a warning, not more */
	const struct secret_where *where; /* NULL: as it is */
	bool asked;			  /* its line asks to be left alone */
};

/* The first line of a block that is no key as it stands: what follows it may change. */
struct secret_anchor {
	size_t at, end; /* bytes of the region's text */
};

struct secret_hits {
	VEC(struct secret_hit) list;
	bool want_anchors;
	VEC(struct secret_anchor) anchors;
	bool full; /* more than hits_max */
	bool gave_up;
	uint32_t gave_up_rule, gave_up_line;
};

struct secret_region {
	struct str text;
	size_t keep_from, keep_to; /* matches that begin here are hits; the rest is context */
	struct text_cursor start;  /* where text[0] stands */
	enum secret_leave leave;
	struct secret_view view;
	struct str key;
};

/* Adds the region's hits; they live in `arena`, which is not the scanner's. */
MUST_USE int secret_region_scan(struct secret_scanner *scanner, const struct secret_region *region,
    struct arena *arena, struct secret_hits *hits, struct err *err);

#endif
