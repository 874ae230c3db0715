/*
 * An arena: allocations that live and die together, with a byte limit. One for each
 * lifetime (process, scan, unit). Memory comes zeroed. Not for several threads at once.
 * It is sticky: after one allocation that failed every later one fails too, until it is cleared
 * or released. So what only stores what it is given (slices, vec_push) asks once, with arena_check,
 * before it says that it has all; only a pointer that is followed is checked at once.
 * What a function gave before it says -1 is not to be used.
 * With -Dparanoid_arena=true each item is an allocation of its own, so that a sanitizer
 * sees an overrun of one.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/err.h"
#include "base/str.h"

#include <stdarg.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used_bytes;	    /* handed out, without overhead */
	size_t limit_bytes;
	size_t fail_at;	    /* tests: the allocation that fails, counted from 1; 0 = none */
	size_t count;	    /* allocations so far */
	enum err_code full; /* why the first failed: ERR_LIMIT, ERR_NOMEM */
};

/* Allocates nothing yet. */
void arena_init(struct arena *arena, size_t limit_bytes);
/* Frees all. The arena may be used again. Usable as CLEANUP(arena_release). */
void arena_release(struct arena *arena);
/* Forgets all, keeps one block for reuse. */
void arena_clear(struct arena *arena);

/* Zeroed, aligned for any type; NULL at the limit, out of memory, and after either. Size 0 is
 * allowed. */
void *arena_alloc(struct arena *arena, size_t size);
/* count items of size; NULL also if the product does not fit. */
void *arena_array(struct arena *arena, size_t count, size_t size);
#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

/* A copy of s (with a NUL behind it, not counted); the empty {NULL,0} if it cannot be had.
 * An empty s gives an empty slice with a non-NULL pointer. */
struct str arena_str(struct arena *arena, struct str s);
/* The same as a C string, cut at the first NUL inside s; NULL if it cannot be had. */
char *arena_cstr(struct arena *arena, struct str s);
/* printf into the arena; {NULL,0} if it cannot be had. */
struct str arena_fmt(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* Whether nothing that was asked for has failed. */
static inline bool arena_ok(const struct arena *arena)
{
	return arena->full == ERR_NONE;
}
/* 0 if nothing that was asked for has failed, else arena_err. */
MUST_USE int arena_check(const struct arena *arena, struct err *err);
/* What belongs to the arena's job failed for want of memory elsewhere: the arena is full from here
 * on. */
void arena_fail(struct arena *arena, enum err_code why);
/* ERR_LIMIT if the arena has reached its limit, else ERR_NOMEM. Returns -1. */
int arena_err(const struct arena *arena, struct err *err);

#endif
