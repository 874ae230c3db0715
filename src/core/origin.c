#include "core/origin.h"

/* A field more is a line more in here, and in the walker of core/wire.c. */
_Static_assert(sizeof(struct origin) == 11 * sizeof(struct str), "copy and compare all texts");

/* What is empty takes no memory. */
static struct str copy_text(struct arena *arena, struct str from)
{
	return str_empty(from) ? STR_NONE : arena_str(arena, from);
}

int origin_copy(
    const struct origin *from, struct arena *arena, struct origin *ret_copy, struct err *err)
{
	*ret_copy = (struct origin){
	    .path = copy_text(arena, from->path),
	    .inner = copy_text(arena, from->inner),
	    .encoding = copy_text(arena, from->encoding),
	    .commit = copy_text(arena, from->commit),
	    .author = copy_text(arena, from->author),
	    .ref = copy_text(arena, from->ref),
	    .object = copy_text(arena, from->object),
	    .reach = copy_text(arena, from->reach),
	    .removed = copy_text(arena, from->removed),
	    .layer = copy_text(arena, from->layer),
	    .instruction = copy_text(arena, from->instruction),
	};
	return arena_check(arena, err);
}

bool origin_eq(const struct origin *a, const struct origin *b)
{
	return str_eq(a->path, b->path) && str_eq(a->inner, b->inner) &&
	       str_eq(a->encoding, b->encoding) && str_eq(a->commit, b->commit) &&
	       str_eq(a->author, b->author) && str_eq(a->ref, b->ref) &&
	       str_eq(a->object, b->object) && str_eq(a->reach, b->reach) &&
	       str_eq(a->removed, b->removed) && str_eq(a->layer, b->layer) &&
	       str_eq(a->instruction, b->instruction);
}
