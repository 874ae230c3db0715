/*
 * The first look at a text: where something encoded may begin. One pass over all bytes asks
 * of each only what kind it is and what kinds its neighbours are; what that stops at is for
 * others to look at closely. Pure functions over borrowed bytes.
 */
#ifndef DETECT_SECRET_DECODE_LOOK_H
#define DETECT_SECRET_DECODE_LOOK_H

#include "base/str.h"

enum {
	LOOK_RUN_MIN = 16, /* a run of so many characters of base64 is a place */
	LOOK_BLOCK = 64,
	LOOK_BLOCKS = 32, /* looked at before the first place of them is handed out */
};

struct look_block {
	uint64_t places, runs; /* by byte; runs are places too */
};

/* What a block must know of the one before. */
struct look_carry {
	uint64_t ends[5]; /* where runs of 1, 2, 4, 8 and 16 end */
	uint64_t before;  /* what may stand before a closing quote: a run's bytes */
};

struct decode_look {
	struct str text;
	size_t block; /* the first byte that was not looked at */
	size_t base;  /* where blocks[0] stands */
	unsigned i, n;
	struct look_carry carry;
	struct look_block blocks[LOOK_BLOCKS];
};

enum look_kind {
	LOOK_END,
	LOOK_MARK, /* '%', '&' or a backslash, if it may begin something; a quote that may end a
		      literal before another */
	LOOK_RUN,  /* a run has become LOOK_RUN_MIN long: it begins LOOK_RUN_MIN - 1 before */
};

void look_init(struct decode_look *look, struct str text);
/* The next place at or behind `from`, in ascending order. */
enum look_kind look_next(struct decode_look *look, size_t from, size_t *ret_at);

/* Of either alphabet of base64: letters, digits, '+', '/', '-', '_'. */
bool look_is_run_byte(char c);

#endif
