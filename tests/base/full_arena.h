/*
 * What a reader says when its arena ends: an error or its whole answer, never a part of it. For
 * tests that print an answer whole; include it after cmocka.
 */
#ifndef TESTS_BASE_FULL_ARENA_H
#define TESTS_BASE_FULL_ARENA_H

#include "base/arena.h"
#include "base/buf.h"
#include "with_cmocka.h"

#include <string.h>

/* Reads `input` and prints all that it got to know. */
typedef int full_arena_job(
    const void *input, struct arena *arena, struct buf *answer, struct err *err);

static inline void assert_error_or_all(full_arena_job *job, const void *input, struct arena *arena,
    const struct buf *whole, const char *what)
{
	struct buf answer CLEANUP(buf_release) = BUF_INIT(MIB(16));
	struct err err = ERR_INIT;

	if (job(input, arena, &answer, &err) != 0) {
		if (!str_has(str_of(err.text), STR("memory")))
			fail_msg("%s: another error than that of the arena: %s", what, err.text);
	} else if (!str_eq(buf_str(&answer), buf_str(whole))) {
		fail_msg("%s: a part is given for the whole: %s", what, buf_cstr(&answer));
	}
	arena_release(arena);
}

/* With each allocation failing in turn, and with limits from nothing to what it takes. Returns how
 * many allocations it takes. */
static inline size_t assert_survives_full_arenas(full_arena_job *job, const void *input)
{
	struct buf whole CLEANUP(buf_release) = BUF_INIT(MIB(16));
	struct err err = ERR_INIT;
	struct arena arena;
	size_t count, used;
	char what[64];

	arena_init(&arena, MIB(64));
	if (job(input, &arena, &whole, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(arena_ok(&arena));
	count = arena.count;
	used = arena.used_bytes;
	arena_release(&arena);
	for (size_t at = 1; at <= count; at += 1 + count / 512) {
		(void)snprintf(what, sizeof what, "allocation %zu of %zu fails", at, count);
		arena_init(&arena, MIB(64));
		arena.fail_at = at;
		assert_error_or_all(job, input, &arena, &whole, what);
	}
	for (size_t limit = 0; limit < used; limit += 1 + used / 128) {
		(void)snprintf(what, sizeof what, "%zu bytes of %zu", limit, used);
		arena_init(&arena, limit);
		assert_error_or_all(job, input, &arena, &whole, what);
	}
	return count;
}

#endif
