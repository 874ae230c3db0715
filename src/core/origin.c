#include "core/origin.h"

/* A field more is a line more in here, and in the walker of core/wire.c. */
_Static_assert(sizeof(struct origin) == 8 * sizeof(struct str), "copy and compare all texts");

static int copy_text(struct arena *arena, struct str from, struct str *ret, struct err *err)
{
	*ret = STR_NONE;
	if (str_empty(from))
		return 0;
	*ret = arena_str(arena, from);
	return ret->p ? 0 : arena_err(arena, err);
}

int origin_copy(
    const struct origin *from, struct arena *arena, struct origin *ret_copy, struct err *err)
{
	struct origin copy;

	if (copy_text(arena, from->path, &copy.path, err) != 0 ||
	    copy_text(arena, from->inner, &copy.inner, err) != 0 ||
	    copy_text(arena, from->encoding, &copy.encoding, err) != 0 ||
	    copy_text(arena, from->commit, &copy.commit, err) != 0 ||
	    copy_text(arena, from->author, &copy.author, err) != 0 ||
	    copy_text(arena, from->ref, &copy.ref, err) != 0 ||
	    copy_text(arena, from->layer, &copy.layer, err) != 0 ||
	    copy_text(arena, from->instruction, &copy.instruction, err) != 0)
		return -1;
	*ret_copy = copy;
	return 0;
}

bool origin_eq(const struct origin *a, const struct origin *b)
{
	return str_eq(a->path, b->path) && str_eq(a->inner, b->inner) &&
	       str_eq(a->encoding, b->encoding) && str_eq(a->commit, b->commit) &&
	       str_eq(a->author, b->author) && str_eq(a->ref, b->ref) &&
	       str_eq(a->layer, b->layer) && str_eq(a->instruction, b->instruction);
}
