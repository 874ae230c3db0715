/* Repairs: which of two edits is made, and what is left out. */
#include "base/buf.h"
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
	    "FROM a:1\nRUN apt-get install -y --no-install-recommends b=1\n");
	becomes(w, "FROM a:1\nADD b.py /c\n", EDIT_SAFE, "FROM a:1\nCOPY b.py /c\n");
	becomes(w, "FROM a:1\nADD b/ /c/\n", EDIT_SAFE, "FROM a:1\nCOPY b/ /c/\n");
	/* It may be an archive of any name. */
	becomes(w, "FROM a:1\nADD b /c\n", EDIT_SAFE, "FROM a:1\nADD b /c\n");
	becomes(w, "FROM a:1\nADD b /c\n", EDIT_SUGGESTED, "FROM a:1\nCOPY b /c\n");
	/* ADD of a relative place would be found as COPY. */
	becomes(w, "FROM a:1\nADD b c\n", EDIT_SUGGESTED, "FROM a:1\nADD b c\n");
	assert_int_equal(w->fixes.n_fixes, 1);
	assert_int_equal(w->fixes.fixes[0].end, LINT_FIX_FINDS);
	becomes(w, "FROM a:1\nRUN apt-get install -y --install-recommends b=1\n", EDIT_UNSAFE,
	    "FROM a:1\nRUN apt-get install -y --install-recommends b=1\n");
	/* In its words, not in its line's. */
	becomes(w, "FROM a:1\nRUN \\\n# a comment\n  apt-get \\\n  install b=1\n", EDIT_SAFE,
	    "FROM a:1\nRUN \\\n# a comment\n  apt-get \\\n  install -y --no-install-recommends b=1\n");
}

/* What a RUN fetches goes with it, unless a later one needs it. */
static void caches(void **state)
{
	struct world *w = *state;

	becomes(w, "FROM a:1\nRUN apt-get update\n", EDIT_SAFE,
	    "FROM a:1\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\n");
	becomes(w,
	    "FROM a:1\nRUN apt-get update\nRUN apt-get install -y --no-install-recommends b=1\n",
	    EDIT_SAFE,
	    "FROM a:1\nRUN apt-get update\nRUN apt-get install -y --no-install-recommends b=1\n");
	becomes(w, "FROM a:1\nRUN sudo apt-get update\n", EDIT_SAFE,
	    "FROM a:1\nRUN sudo apt-get update\n");
	becomes(
	    w, "FROM a:1\nRUN apk add b=1\n", EDIT_SAFE, "FROM a:1\nRUN apk add --no-cache b=1\n");
	becomes(w, "FROM a:1\nRUN yum install -y b-1\n", EDIT_SAFE,
	    "FROM a:1\nRUN yum install -y b-1 && yum clean all\n");
	becomes(w, "FROM a:1\nRUN yum update\n", EDIT_SAFE,
	    "FROM a:1\nRUN yum update -y && yum clean all\n");
	becomes(w, "FROM a:1\nRUN pip install b==1\n", EDIT_SAFE,
	    "FROM a:1\nRUN pip install --no-cache-dir b==1\n");
}

/* As lists; an ENTRYPOINT's CMD would become its arguments. */
/* What several rules put behind one command is all made at once. */
static void several_caches(void **state)
{
	struct world *w = *state;

	becomes(w,
	    "FROM fedora:40\nRUN apk add x; dnf install -y x; yum install y; zypper in z; gem install "
	    "x\nUSER 1\n",
	    EDIT_UNSAFE,
	    "FROM fedora:40\nRUN apk add --no-cache x; dnf install -y x; yum install -y y; zypper -n "
	    "in z; gem install x && dnf clean all && yum clean all && zypper clean all\nUSER 1\n");
}

static void commands(void **state)
{
	struct world *w = *state;

	becomes(w, "FROM node:20\nCMD node app.js\n", EDIT_SAFE,
	    "FROM node:20\nCMD [\"node\", \"app.js\"]\n");
	becomes(
	    w, "FROM my/own:1\nCMD node app.js\n", EDIT_SAFE, "FROM my/own:1\nCMD node app.js\n");
	/* A comment inside would be lost. */
	becomes(w, "FROM node:20\nCMD node \\\n# a comment\n  app.js\n", EDIT_UNSAFE,
	    "FROM node:20\nCMD node \\\n# a comment\n  app.js\n");
	becomes(w, "FROM my/own:1\nENTRYPOINT node app.js\n", EDIT_SAFE,
	    "FROM my/own:1\nENTRYPOINT [\"node\", \"app.js\"]\n");
	becomes(w, "FROM my/own:1\nENTRYPOINT node app.js\nCMD [\"x\"]\n", EDIT_SAFE,
	    "FROM my/own:1\nENTRYPOINT node app.js\nCMD [\"x\"]\n");
}

/* A user that is there, and that nothing runs as. */
static void a_user(void **state)
{
	struct world *w = *state;

	becomes(w, "FROM debian:12\nRUN useradd -r app\nCOPY a /a\nEXPOSE 80\nCMD [\"/a\"]\n",
	    EDIT_SAFE,
	    "FROM debian:12\nRUN useradd -r app\nCOPY a /a\nEXPOSE 80\nUSER app\nCMD [\"/a\"]\n");
	becomes(w, "FROM debian:12\nCMD [\"/a\"]\nRUN useradd -r app\n", EDIT_SAFE,
	    "FROM debian:12\nCMD [\"/a\"]\nRUN useradd -r app\n");
	becomes(w, "FROM debian:12\nRUN useradd -r app && useradd -r bpp\nCMD [\"/a\"]\n",
	    EDIT_SAFE, "FROM debian:12\nRUN useradd -r app && useradd -r bpp\nCMD [\"/a\"]\n");
}

/* Two edits of one word: the more important one is made. */
static void the_more_important_wins(void **state)
{
	struct world *w = *state;
	size_t left_out = 0;

	(void)fixed(w, "FROM a:1\nRUN x\nadd b.py /c\n", EDIT_SAFE);
	for (size_t i = 0; i < w->fixes.n_fixes; i++)
		left_out += w->fixes.fixes[i].end == LINT_FIX_OVERLAPS;
	assert_int_equal(left_out, 1);
	becomes(w, "FROM a:1\nRUN x\nadd b.py /c\n", EDIT_SAFE, "FROM a:1\nRUN x\nCOPY b.py /c\n");
}

/* One repair does not pay for what another brings. */
static void each_instruction_is_proved(void **state)
{
	struct world *w = *state;

	becomes(w, "FROM a:1\nADD b.py c\nADD d.py /e\n", EDIT_SAFE,
	    "FROM a:1\nADD b.py c\nCOPY d.py /e\n");
}

static void what_is_too_much_is_said(void **state)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct world *w = *state;

	buf_add(&text, STR("FROM a:1\n"));
	for (int i = 0; i < LINT_FIX_MAX + 5; i++)
		buf_add(&text, STR("RUN yum install b-1 && yum clean all\n"));
	(void)fixed(w, buf_cstr(&text), EDIT_SAFE);
	assert_int_equal(w->fixes.n_fixes, LINT_FIX_MAX);
	assert_int_equal(w->fixes.n_left, 5);
}

static void the_rest_is_repaired(void **state)
{
	struct world *w = *state;

	becomes(w, "FROM a:1\nNOPE\nRUN apt-get install b=1\n", EDIT_SAFE,
	    "FROM a:1\nNOPE\nRUN apt-get install -y --no-install-recommends b=1\n");
	becomes(w, "", EDIT_UNSAFE, "");
	becomes(w, "FROM a:1\nRUN apt-get install b=1 $(\n", EDIT_SAFE,
	    "FROM a:1\nRUN apt-get install -y --no-install-recommends b=1 $(\n");
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
	    cmocka_unit_test_setup_teardown(caches, world_open, world_close),
	    cmocka_unit_test_setup_teardown(several_caches, world_open, world_close),
	    cmocka_unit_test_setup_teardown(a_user, world_open, world_close),
	    cmocka_unit_test_setup_teardown(commands, world_open, world_close),
	    cmocka_unit_test_setup_teardown(the_more_important_wins, world_open, world_close),
	    cmocka_unit_test_setup_teardown(each_instruction_is_proved, world_open, world_close),
	    cmocka_unit_test_setup_teardown(what_is_too_much_is_said, world_open, world_close),
	    cmocka_unit_test_setup_teardown(the_rest_is_repaired, world_open, world_close),
	    cmocka_unit_test_setup_teardown(
		changes_are_inside_and_in_order, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
