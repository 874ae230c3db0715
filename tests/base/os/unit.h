/*
 * What every test of this room includes: cmocka with what it needs before it, and a
 * fixture of an arena, an error and a folder of its own.
 */
#ifndef TESTS_BASE_OS_UNIT_H
#define TESTS_BASE_OS_UNIT_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "base/os/fd.h"
#include "base/os/owned.h"

struct fixture {
	struct arena arena;
	struct err err;
	const char *folder;
};

static inline int set_up(void **state)
{
	static struct fixture fixture;

	arena_init(&fixture.arena, MIB(64));
	fixture.err = ERR_INIT;
	*state = &fixture;
	return tempdir_open(NULL, &fixture.arena, &fixture.folder, &fixture.err);
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;
	int failed = dir_remove(f->folder, &f->err);

	arena_release(&f->arena);
	return failed;
}

/* A path below the fixture's folder. */
static inline const char *below(struct fixture *f, const char *name)
{
	return arena_fmt(&f->arena, "%s/%s", f->folder, name).p;
}

static inline void assert_str(struct str got, const char *wanted)
{
	if (!str_eq(got, str_of(wanted)))
		fail_msg("\"" STR_FMT "\" is not \"%s\"", STR_ARG(got), wanted);
}

static inline void assert_ok(int failed, const struct err *err)
{
	if (failed < 0)
		fail_msg("%s", err->text);
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
