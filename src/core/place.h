/*
 * Where something stands, as a person can go there. All slices are borrowed from the
 * arena of whoever made the place. Lines and columns are 1-based, columns count code
 * points (bytes that are no UTF-8 count as one); end_column is behind the last. 0 is
 * unknown.
 */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

#include "core/origin.h"
#include "core/severity.h"

struct place {
	struct origin origin;
	struct str within; /* in a report: the path from the repository's top, where origin.path is
			      the one from where the user stands; empty: they are the same */
	uint32_t line, column, end_line, end_column;
	/* Of a secret's place, which may be known while another of the same finding is new. Any
	 * other finding's places are as the finding is, and say NEW. */
	enum finding_state state;
};

MUST_USE int place_copy(
    const struct place *from, struct arena *arena, struct place *ret_copy, struct err *err);

/* The path that a policy's globs and fingerprints are about. */
static inline struct str place_within(const struct place *place)
{
	return place->within.n > 0 ? place->within : place->origin.path;
}

/* The starts of a text's lines, made once, asked often. A line ends at LF; what follows the
 * last LF is a line too, be it empty. */
struct line_index {
	struct str text;
	uint32_t *starts; /* byte offsets; starts[0] is 0 */
	size_t n;
	/* Only if a line is very long: where in it code points were counted before, so that
	 * many findings on one endless line stay cheap. */
	struct line_mark *marks;
	size_t n_marks;
};

/* text is borrowed. -1 if it is larger than 4 GiB (ERR_LIMIT) or the arena is full. */
MUST_USE int line_index_init(
    struct line_index *lines, struct str text, struct arena *arena, struct err *err);
/* 1-based line of a byte offset (clamped to the text). */
uint32_t line_index_line(const struct line_index *lines, size_t offset);
/* Fills line, column, end_line and end_column for text[offset, end). */
void line_index_place(
    const struct line_index *lines, size_t offset, size_t end, struct place *place);
/* The text of a 1-based line without its end; empty if there is no such line. */
struct str line_index_text(const struct line_index *lines, uint32_t line);

#endif
