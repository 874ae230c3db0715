/*
 * What a build prints, held back until a whole piece can be looked through for secrets:
 * pieces end at a line's end, and not inside a PEM or PGP block. Nothing of it is on disk
 * before that. Pure; the caller passes the pieces on.
 */
#ifndef SHIP_BUILD_HELD_H
#define SHIP_BUILD_HELD_H

#include "base/buf.h"

enum {
	HELD_BYTES_MAX = 128 << 10, /* a piece is cut here at the latest, between two words */
	HELD_MS = 200		    /* a line is not held back longer than this */
};

struct held {
	struct buf bytes;
	int64_t since_ms; /* of the oldest byte */
};

void held_init(struct held *h);
void held_release(struct held *h);
/* bytes.n is at most HELD_BYTES_MAX / 2. */
MUST_USE int held_add(struct held *h, struct str bytes, int64_t now_ms, struct err *err);
/* The piece that may go now, empty if none: borrowed until held_drop. `all`: nothing follows. */
struct str held_piece(const struct held *h, int64_t now_ms, bool all);
/* Forgets the first n bytes; the rest counts as new. */
void held_drop(struct held *h, size_t n, int64_t now_ms);

#endif
