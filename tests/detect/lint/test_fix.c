/* Repairs: which of two edits is made, and what is left out. */
#include "detect/lint/fix.h"
#include "with_cmocka.h"

struct world {
	struct arena arena;
	struct lint_fixes fixes;
	struct err err;
};

static int world_open(void **state)
{
	static struct world w;

	w = (struct world){.err = ERR_INIT};
	arena_init(&w.arena, MIB(64));
	*state = &w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;

	arena_release(&w->arena);
	return 0;
}

static struct str fixed(struct world *w, const char *text, enum edit_level level)
{
	const struct lint_opts opts = {.named = true};
	const struct unit unit = {.origin.path = STR("Dockerfile"), .bytes = str_of(text)};

	if (lint_fix(&unit, &opts, level, (struct str_list){0}, &w->arena, &w->fixes, &w->err) != 0)
		fail_msg("%s", w->err.text);
	return lint_apply(unit.bytes, w->fixes.edits, w->fixes.n_edits, &w->arena);
}

static void becomes(struct world *w, const char *text, enum edit_level level, const char *wanted)
{
	struct str got = fixed(w, text, level);

	if (!str_eq(got, str_of(wanted)))
		fail_msg(STR_FMT, STR_ARG(got));
	/* What is repaired stays so. */
	assert_true(str_eq(fixed(w, wanted, level), str_of(wanted)));
}

static void what_is_safe_is_made(void **state)
{
	struct world *w = *state;

	becomes(w, "FROM a:1\nRUN apt-get install b=1\n", EDIT_SAFE,
	    "FROM a:1\nRUN apt-get install -y b=1\n");
	becomes(w, "FROM a:1\nADD b /c\n", EDIT_SAFE, "FROM a:1\nADD b /c\n");
	becomes(w, "FROM a:1\nADD b /c\n", EDIT_SUGGESTED, "FROM a:1\nCOPY b /c\n");
	/* ADD of a relative place would be found as COPY. */
	becomes(w, "FROM a:1\nADD b c\n", EDIT_SUGGESTED, "FROM a:1\nADD b c\n");
	assert_int_equal(w->fixes.n_fixes, 1);
	assert_int_equal(w->fixes.fixes[0].end, LINT_FIX_FINDS);
	/* In its words, not in its line's. */
	becomes(w, "FROM a:1\nRUN \\\n# a comment\n  apt-get \\\n  install b=1\n", EDIT_SAFE,
	    "FROM a:1\nRUN \\\n# a comment\n  apt-get \\\n  install -y b=1\n");
}

static void the_rest_is_repaired(void **state)
{
	struct world *w = *state;

	becomes(w, "FROM a:1\nNOPE\nRUN apt-get install b=1\n", EDIT_SAFE,
	    "FROM a:1\nNOPE\nRUN apt-get install -y b=1\n");
	becomes(w, "", EDIT_UNSAFE, "");
	becomes(w, "FROM a:1\nRUN apt-get install b=1 $(\n", EDIT_SAFE,
	    "FROM a:1\nRUN apt-get install -y b=1 $(\n");
}

static void changes_are_inside_and_in_order(void **state)
{
	static const struct {
		struct lint_change changes[2];
		size_t n;
		const char *wanted;
	} rows[] = {
	    {{{0, 1, STR_INIT("x")}}, 1, "xbcd"},
	    {{{4, 4, STR_INIT("x")}}, 1, "abcdx"},
	    {{{1, 2, STR_INIT("")}, {2, 4, STR_INIT("yz")}}, 2, "ayz"},
	    {{{1, 5, STR_INIT("")}}, 1, NULL},
	    {{{3, 2, STR_INIT("")}}, 1, NULL},
	    {{{2, 3, STR_INIT("")}, {1, 2, STR_INIT("")}}, 2, NULL},
	    {{{1, 3, STR_INIT("")}, {2, 4, STR_INIT("")}}, 2, NULL},
	    {{{UINT64_MAX, UINT64_MAX, STR_INIT("")}}, 1, NULL},
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str got = lint_apply(STR("abcd"), rows[i].changes, rows[i].n, &w->arena);

		assert_true(rows[i].wanted ? str_eq(got, str_of(rows[i].wanted)) : !got.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_is_safe_is_made, world_open, world_close),
	    cmocka_unit_test_setup_teardown(the_rest_is_repaired, world_open, world_close),
	    cmocka_unit_test_setup_teardown(
		changes_are_inside_and_in_order, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
