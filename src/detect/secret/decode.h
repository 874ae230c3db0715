/*
 * What a text says once it is decoded: base64, hexadecimal, percent, "\u" and "\x" escapes,
 * HTML's entities, string literals that are joined. Not the whole text: around each place
 * that is encoded, with a little of what stands beside it, so that a rule sees the words
 * that belong to a value. Where each byte of it came from is known.
 *
 *   text      …password: "c2VjcmV0" ; …            …\u0041BC…
 *   decoded   …password: "secret" ; …  (a break)   …ABC…
 *
 * Pure functions: what is decoded lives in the arena.
 */
#ifndef DETECT_SECRET_DECODE_H
#define DETECT_SECRET_DECODE_H

#include "base/buf.h"
#include "base/vec.h"
#include "detect/secret/wide.h"

enum { DECODE_NEAR = 1024 }; /* digits of a run that its surroundings show */

enum decode_kind {
	DECODE_COPIED,
	DECODE_BASE64,
	DECODE_HEX,
	DECODE_PERCENT,
	DECODE_ESCAPE,
	DECODE_ENTITY,
	DECODE_JOINED,
};

/* The bytes of the decoded text from `at` to where the next piece begins stand for text[from, to).
 * Each n_out of them came from n_in; n_out 0: all from all. */
struct decode_piece {
	uint32_t at, from, to;
	uint8_t kind, order; /* enum decode_kind, enum wide_order */
	uint8_t n_in, n_out;
	uint8_t phase; /* base64: of the three bytes of a group, which is the piece's first */
};

/* Bytes that are no text, but may hold some: an archive. */
struct decode_blob {
	size_t from, to; /* of the text */
	enum decode_kind kind;
	struct str bytes;
};

struct decoded {
	struct buf text;
	VEC(struct decode_piece) pieces; /* in order; none is missing */
	VEC(struct decode_blob) blobs;
	bool full; /* something was left out: there is too much of it */
	bool far;  /* something is encoded whose lines do not show it one by one */
};

/* Of text, which `before` was decoded to, or NULL: then what was copied to there is not decoded
 * again. Nothing is done and nothing is kept if the text has nothing encoded. */
MUST_USE int decode_text(struct str text, const struct decoded *before, struct arena *arena,
    struct decoded *ret, struct err *err);
void decoded_release(struct decoded *d);

/* Whether any of decoded[from, to) is more than a copy; *ret_piece is the first that is. */
bool decoded_touches(
    const struct decoded *d, size_t from, size_t to, const struct decode_piece **ret_piece);
/* Which bytes of the text decoded[from, to) came from; from < to. */
void decoded_source(
    const struct decoded *d, size_t from, size_t to, size_t *ret_from, size_t *ret_to);
/* "base64", "base64,utf-16le", …. */
const char *decode_piece_name(const struct decode_piece *piece, char name[32]);
const char *decode_kind_name(enum decode_kind kind);

#endif
