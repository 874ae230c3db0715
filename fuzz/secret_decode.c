/*
 * Any bytes, decoded as often as the scanner does: each byte of what comes out came from a place in
 * the text before, and pieces follow one another without a hole.
 */
#include "detect/secret/decode.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEPTH = 4 };

static void check_pieces(const struct decoded *d, struct str text)
{
	size_t at = 0;

	for (size_t i = 0; i < d->pieces.n; i++) {
		const struct decode_piece *piece = &d->pieces.p[i];

		if (piece->at < at || piece->at > d->text.n || piece->from > piece->to ||
		    piece->to > text.n || (i == 0 && piece->at != 0))
			abort();
		at = piece->at;
	}
	for (at = 0; at < d->text.n; at++) {
		const struct decode_piece *piece;
		size_t from, to;

		decoded_source(d, at, at + 1, &from, &to);
		if (from > to || to > text.n)
			abort();
		(void)decoded_touches(d, at, at + 1, &piece);
	}
}

static void decode(struct str text, const struct decoded *before, unsigned depth)
{
	struct decoded d;
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(64));
	if (decode_text(text, before, &arena, &d, &err) != 0)
		abort();
	check_pieces(&d, text);
	if (d.text.n > 0 && depth < DEPTH)
		decode(buf_str(&d.text), &d, depth + 1);
	decoded_release(&d);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	decode(str_make((const char *)data, size), NULL, 0);
	return 0;
}
