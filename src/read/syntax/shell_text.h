/*
 * A text whose bytes came from a file with parts cut out (continuations, quotes,
 * escapes) and that still knows where each byte stood: slices of the text carry their
 * place. Pure values; the pieces live in the arena of whoever made them.
 */
#ifndef READ_SYNTAX_SHELL_TEXT_H
#define READ_SYNTAX_SHELL_TEXT_H

#include "base/vec.h"

/* From text byte `at` on (up to the next piece), bytes stand at `offset` of the file. */
struct text_piece {
	uint32_t at, offset;
};

struct placed_text {
	struct str text;
	const struct text_piece *pieces; /* ascending in `at`; NULL: nothing was cut out */
	size_t n_pieces;
	uint32_t base; /* where text[0] is in the pieces' count; without pieces: in the file */
};

/* Bytes [offset, end) of the file. */
struct text_range {
	uint32_t offset, end;
};

/* The file offset of byte `at` of the text; at == text.n gives what is behind the last byte. */
uint32_t placed_offset(const struct placed_text *placed, size_t at);
/* Where `part`, a slice of placed->text, stands; an empty part is an empty range at its start. A
 * slice of other memory gives the range of the whole text. */
struct text_range placed_range(const struct placed_text *placed, struct str part);

/* `part`, a slice of placed->text, as a text of its own. */
struct placed_text placed_sub(const struct placed_text *placed, struct str part);

/* Builds a placed text byte run by byte run. */
struct placed_builder {
	struct arena *arena;
	char *p; /* room for `cap` bytes, allocated once */
	size_t n, cap;
	VEC(struct text_piece) pieces;
	bool failed;
};
/* cap_bytes: the most that will be added. A failure of the arena shows in placed_done. */
void placed_begin(struct placed_builder *b, size_t cap_bytes, struct arena *arena);
/* Adds bytes that stand at `offset` of the file. */
void placed_add(struct placed_builder *b, struct str bytes, uint32_t offset);
/* Adds a placed text with the places it has. */
void placed_append(struct placed_builder *b, const struct placed_text *from);
MUST_USE int placed_done(
    const struct placed_builder *b, struct placed_text *ret_placed, struct err *err);

#endif
