/*
 * Looks for secrets in what a text says once it is decoded, and in what that says in turn.
 */
#ifndef DETECT_SECRET_DECODE_SCAN_H
#define DETECT_SECRET_DECODE_SCAN_H

#include "detect/secret/decode.h"
#include "detect/secret/region.h"

enum { DECODE_DEPTH = 5 };

/* Bytes that were encoded in a text and are none themselves. */
struct decode_found {
	struct str bytes;
	struct secret_where where;   /* how they were encoded */
	struct text_cursor from, to; /* the encoded text */
};

struct decode_scan {
	struct secret_scanner *scanner;
	const struct secret_region *region; /* its text was scanned as it is */
	struct str encoding;		    /* how that was encoded in turn, or empty */
	unsigned depth;			    /* so often were texts around it decoded */
	struct arena *arena;		    /* of hits */
	struct secret_hits *hits;
	size_t first; /* hits from here on are of region->text */
	/* What is no text, but may hold some. NULL: nobody asks. */
	int (*found)(void *arg, const struct decode_found *found, struct err *err);
	void *arg;
};

/* Adds hits, each with its `where`; one of the region's own that is a worse reading of the same
 * bytes is taken out. *ret_full is set if there was too much to decode all. */
MUST_USE int decode_scan(const struct decode_scan *scan, bool *ret_full, struct err *err);

/* Whether text has anything encoded; *ret_far: whether a part of its lines may not show it. */
MUST_USE int decode_glance(struct str text, bool *ret_any, bool *ret_far, struct err *err);

#endif
