/*
 * What every test of this room includes: cmocka with what it needs before it, and a
 * fixture of one arena and one error.
 */
#ifndef TESTS_CORE_UNIT_H
#define TESTS_CORE_UNIT_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "base/arena.h"

struct fixture {
	struct arena arena;
	struct err err;
};

static inline int set_up(void **state)
{
	static struct fixture fixture;

	arena_init(&fixture.arena, MIB(64));
	fixture.err = ERR_INIT;
	*state = &fixture;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_release(&f->arena);
	return 0;
}

/* The nth allocation from here on fails, and so do those behind it, until this is called again. */
static inline void fail_nth(struct arena *arena, size_t nth)
{
	arena->full = ERR_NONE;
	arena->fail_at = arena->count + nth;
}

static inline void assert_str(struct str got, const char *wanted)
{
	if (!str_eq(got, str_of(wanted)))
		fail_msg("\"" STR_FMT "\" is not \"%s\"", STR_ARG(got), wanted);
}

/* The call failed with this code, and its text says so. */
static inline void assert_err(const struct err *err, enum err_code code, const char *says)
{
	if (err->code != code || !str_has(str_of(err->text), str_of(says)))
		fail_msg("error %s \"%s\" is not %s \"%s\"", err_code_name(err->code), err->text,
		    err_code_name(code), says);
}

#define unit_test_here(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
