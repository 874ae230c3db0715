/* What a script runs: each file of tests/data/syntax/shell holds scripts, apart by a line "%%", and
 * has beside it every command with its words and their places (bytes of the script). */
#include "base/os/fd.h"
#include "expected.h"
#include "full_arena.h"
#include "read/syntax/shell.h"
#include "with_cmocka.h"

static const char *const joins[] = {
    [SHELL_FIRST] = "first",
    [SHELL_AND] = "and",
    [SHELL_OR] = "or",
    [SHELL_NEXT] = "next",
    [SHELL_PIPE] = "pipe",
    [SHELL_BACKGROUND] = "background",
};

static void add_word(struct buf *out, const struct shell_word *word)
{
	buf_addc(out, ' ');
	add_quoted(out, word->text);
	if (word->flags != 0)
		buf_addf(out, "%s%s%s", word->flags & SHELL_WORD_QUOTED ? "q" : "",
		    word->flags & SHELL_WORD_EXPANDS ? "x" : "",
		    word->flags & SHELL_WORD_GLOBS ? "g" : "");
}

static void add_command(struct buf *out, const struct shell_command *c)
{
	struct text_range range = shell_command_range(c);

	buf_addf(out, "  %u-%u %s depth %u%s%s ", range.offset, range.end, joins[c->join], c->depth,
	    c->wrapped ? " wrapped" : "", c->condition ? " condition" : "");
	add_quoted(out, c->name);
	for (size_t i = 0; i < c->n_assigns; i++) {
		buf_add(out, STR(" set"));
		add_word(out, &c->assigns[i]);
	}
	buf_addc(out, ':');
	for (size_t i = 0; i < c->n_words; i++) {
		range = shell_word_range(c, &c->words[i]);
		add_word(out, &c->words[i]);
		buf_addf(out, "@%u-%u", range.offset, range.end);
	}
	buf_addc(out, '\n');
}

static void add_script(struct buf *out, const struct shell_script *script)
{
	for (size_t i = 0; i < script->commands.n; i++)
		add_command(out, &script->commands.p[i]);
	for (size_t i = 0; i < script->pipes.n; i++)
		buf_addf(out, "  pipe %u-%u\n", script->pipes.p[i].offset, script->pipes.p[i].end);
	if (script->pipefail)
		buf_add(out, STR("  pipefail\n"));
	if (script->incomplete)
		buf_addf(out, "  incomplete %u-%u\n", script->incomplete_at.offset,
		    script->incomplete_at.end);
}

static bool cut_script(struct str *rest, struct str *ret)
{
	size_t at = str_find(*rest, STR("%%\n"));

	if (rest->n == 0)
		return false;
	*ret = str_sub(*rest, 0, at == STR_NPOS ? rest->n : at);
	*rest = str_sub(*rest, at == STR_NPOS ? rest->n : at + 3, rest->n);
	return true;
}

static int read_scripts(const void *input, struct arena *arena, struct buf *out, struct err *err)
{
	struct str text = *(const struct str *)input, one;

	while (cut_script(&text, &one)) {
		struct placed_text source = {.text = one};
		struct shell_script script;

		if (shell_parse(&source, arena, &script, err) != 0)
			return -1;
		add_quoted(out, one);
		buf_addc(out, '\n');
		add_script(out, &script);
	}
	return 0;
}

static void check_file(const char *path)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(2));
	struct arena arena CLEANUP(arena_release);
	struct str text;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(64));
	if (file_read(path, MIB(1), &arena, &text, &err) != 0 ||
	    read_scripts(&text, &arena, &out, &err) != 0)
		fail_msg("%s: %s", path, err.text);
	assert_expected(path, &out);
	assert_true(assert_survives_full_arenas(read_scripts, &text) > 0);
}

static void each_script_runs_what_it_says(void **state)
{
	(void)state;
	assert_true(each_file("syntax/shell/*.sh", check_file) >= 4);
}

/* ---- asking a command ---- */

static struct shell_command command_of(struct arena *arena, const char *text)
{
	static struct placed_text source;
	struct shell_script script;
	struct err err = ERR_INIT;

	source = (struct placed_text){.text = str_of(text)};
	assert_int_equal(shell_parse(&source, arena, &script, &err), 0);
	assert_int_equal(script.commands.n, 1);
	return script.commands.p[0];
}

static const struct {
	const char *text;
	const char *args[3];
} arguments[] = {
    {"a", {NULL, NULL, NULL}},
    {"a b c", {"b", "c", NULL}},
    {"a -x b --long c", {"b", "c", NULL}},
    {"a - b", {"-", "b", NULL}},
    {"a b -- -c d", {"b", "-c", "d"}},
    {"a -- -- -c", {"--", "-c", NULL}},
    {"a -o v b", {"v", "b", NULL}},
};

static void arguments_are_counted(void **state)
{
	struct arena arena CLEANUP(arena_release);

	(void)state;
	arena_init(&arena, MIB(1));
	for (size_t i = 0; i < ARRAY_LEN(arguments); i++) {
		struct shell_command c = command_of(&arena, arguments[i].text);

		for (size_t k = 0; k < 3; k++) {
			const struct shell_word *arg = shell_arg(&c, k);
			const char *wanted = arguments[i].args[k];

			if (!arg != !wanted || (arg && !str_eq(arg->text, str_of(wanted))))
				fail_msg("%s: argument %zu", arguments[i].text, k);
		}
	}
}

static const struct {
	const char *text, *flag;
	bool has;
	unsigned count;
	const char *value;
} flags[] = {
    {"a -y", "y", true, 1, NULL},
    {"a y", "y", false, 0, NULL},
    {"a -xyz", "y", true, 1, NULL},
    {"a -qq -q", "q", true, 3, NULL},
    {"a --yes", "y", false, 0, NULL},
    {"a --yes", "yes", true, 0, NULL},
    {"a -yes", "yes", false, 1, NULL},
    {"a --yes=1", "yes", true, 0, "1"},
    {"a --yes=", "yes", true, 0, ""},
    {"a --yes 1", "yes", true, 0, "1"},
    {"a --yesterday 1", "yes", false, 0, NULL},
    {"a -- --yes 1", "yes", false, 0, NULL},
    {"a -- -y 1", "y", false, 0, NULL},
    {"a -o v", "o", true, 1, "v"},
    {"a -xo v", "o", true, 1, NULL},
    {"a -o", "o", true, 1, NULL},
    {"a -p -o v", "o", true, 1, "v"},
    {"a - -o v", "o", true, 1, "v"},
    {"a -o v -o w", "o", true, 2, "v"},
    {"-y", "y", false, 0, NULL},
    {"--yes 1", "yes", false, 0, NULL},
};

static void flags_are_found(void **state)
{
	struct arena arena CLEANUP(arena_release);

	(void)state;
	arena_init(&arena, MIB(1));
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		struct shell_command c = command_of(&arena, flags[i].text);
		struct str value = STR_NONE;
		bool has_value = shell_flag_value(&c, flags[i].flag, &value);

		if (shell_has_flag(&c, flags[i].flag) != flags[i].has ||
		    shell_count_flag(&c, flags[i].flag[0]) != flags[i].count)
			fail_msg("%s: -%s", flags[i].text, flags[i].flag);
		if (has_value != (flags[i].value != NULL) ||
		    (has_value && !str_eq(value, str_of(flags[i].value))))
			fail_msg("%s: value of -%s", flags[i].text, flags[i].flag);
	}
}

static void words_are_asked_for(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct shell_command c;

	(void)state;
	arena_init(&arena, MIB(1));
	c = command_of(&arena, "/usr/bin/tool word 'w o'");
	assert_true(shell_is(&c, "tool"));
	assert_false(shell_is(&c, "too"));
	assert_true(shell_has_arg(&c, "word"));
	assert_true(shell_has_arg(&c, "w o"));
	assert_false(shell_has_arg(&c, "tool"));
	assert_false(shell_has_arg(&c, "/usr/bin/tool"));
	c = command_of(&arena, "$X/tool");
	assert_true(shell_is(&c, "tool"));
	c = command_of(&arena, "tool$X");
	assert_true(shell_is(&c, ""));
	assert_true(shell_is_shell(STR("dash")) && shell_is_shell(STR("mksh")));
	assert_false(shell_is_shell(STR("fish")) || shell_is_shell(STR("")));
}

/* ---- places ---- */

static void a_text_with_parts_cut_out_knows_its_places(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct placed_builder b;
	struct placed_text all, part, again;
	struct text_range range;
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, MIB(1));
	placed_begin(&b, 9, &arena);
	placed_add(&b, STR("abc"), 10);
	placed_add(&b, STR(""), 15);
	placed_add(&b, STR("de"), 13);
	placed_add(&b, STR("fghi"), 20);
	assert_int_equal(placed_done(&b, &all, &err), 0);
	assert_int_equal(all.n_pieces, 2);
	for (size_t at = 0; at <= 9; at++)
		assert_int_equal(placed_offset(&all, at), at < 5 ? 10 + at : 15 + at);
	range = placed_range(&all, str_sub(all.text, 3, 3));
	assert_int_equal(range.offset, 13);
	assert_int_equal(range.end, 21);
	range = placed_range(&all, str_sub(all.text, 2, 3));
	assert_int_equal(range.end, 15);
	range = placed_range(&all, str_sub(all.text, 5, 0));
	assert_int_equal(range.offset, 20);
	assert_int_equal(range.end, 20);
	range = placed_range(&all, STR("elsewhere"));
	assert_int_equal(range.offset, 10);
	assert_int_equal(range.end, 24);
	part = placed_sub(&all, str_sub(all.text, 4, 3));
	assert_int_equal(placed_offset(&part, 0), 14);
	assert_int_equal(placed_offset(&part, 1), 20);
	placed_begin(&b, 5, &arena);
	placed_add(&b, STR("XY"), 40);
	placed_append(&b, &part);
	assert_int_equal(placed_done(&b, &again, &err), 0);
	assert_true(str_eq(again.text, STR("XYefg")));
	assert_int_equal(placed_offset(&again, 1), 41);
	assert_int_equal(placed_offset(&again, 2), 14);
	assert_int_equal(placed_offset(&again, 3), 20);
	assert_int_equal(placed_offset(&again, 4), 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_script_runs_what_it_says),
	    cmocka_unit_test(arguments_are_counted),
	    cmocka_unit_test(flags_are_found),
	    cmocka_unit_test(words_are_asked_for),
	    cmocka_unit_test(a_text_with_parts_cut_out_knows_its_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
