#include "base/opt.h"
#include "with_cmocka.h"

struct options {
	bool verbose, color, quiet;
	struct str format;
	struct opt_list paths;
	uint64_t jobs;
};

struct run {
	struct options o;
	struct arena arena;
	struct opt_list operands;
	bool help;
	struct err err;
	int result;
};

#define ROWS(o)                                                                           \
	{                                                                                 \
	    OPT_GROUP_ROW("What to print:"),                                              \
	    OPT_FLAG_ROW('v', "verbose", &(o)->verbose, "say more"),                      \
	    OPT_FLAG_ROW('q', "quiet", &(o)->quiet, "say nothing"),                       \
	    OPT_FLAG_ROW(0, "color", &(o)->color, "colours, also where no terminal is"),  \
	    OPT_TEXT_ROW('f', "format", &(o)->format, "F[=FILE]",                         \
		"a report format, and the file that it goes to; several at once come "    \
		"from one scan (default: text)"),                                         \
	    OPT_GROUP_ROW("What to read:"),                                               \
	    OPT_LIST_ROW('p', "path", &(o)->paths, "PATH", "a path; may be repeated"),    \
	    OPT_COUNT_ROW('j', "jobs", &(o)->jobs, "N", "threads (default: processors)"), \
	    OPT_END_ROW,                                                                  \
	}

enum { ARGS_MAX = 20 };

/* Splits a command line at blanks and parses it. */
static struct run *parse(const char *line)
{
	static struct run run;
	struct opt rows[] = ROWS(&run.o);
	struct str rest = str_of(line), word;
	char *argv[ARGS_MAX];
	int argc = 0;

	memset(&run, 0, sizeof run);
	run.o.color = true;
	arena_init(&run.arena, KIB(64));
	while (argc < ARGS_MAX && str_cut(&rest, ' ', &word))
		argv[argc++] = arena_cstr(&run.arena, word);
	run.result = opt_parse(rows, argc, argv, &run.arena, &run.operands, &run.help, &run.err);
	return &run;
}

static void assert_text(struct str got, const char *want)
{
	assert_int_equal(got.n, strlen(want));
	assert_memory_equal(got.p, want, got.n);
}

static void assert_refused(const char *line, const char *words)
{
	struct run *run = parse(line);

	if (run->result == 0)
		fail_msg("taken: %s", line);
	assert_int_equal(run->err.code, ERR_USAGE);
	if (!strstr(run->err.text, words))
		fail_msg("%s: %s", line, run->err.text);
	arena_release(&run->arena);
}

static void test_forms(void **state)
{
	struct run *run = parse("a -v --format=json --no-color -p x --path y -pz -j4 - -- -q --b");

	(void)state;
	assert_int_equal(run->result, 0);
	assert_true(run->o.verbose);
	assert_false(run->o.color);
	assert_false(run->o.quiet);
	assert_text(run->o.format, "json");
	assert_int_equal(run->o.paths.n, 3);
	assert_text(run->o.paths.p[0], "x");
	assert_text(run->o.paths.p[1], "y");
	assert_text(run->o.paths.p[2], "z");
	assert_int_equal(run->o.jobs, 4);
	assert_int_equal(run->operands.n, 4);
	assert_text(run->operands.p[0], "a");
	assert_text(run->operands.p[1], "-");
	assert_text(run->operands.p[2], "-q");
	assert_text(run->operands.p[3], "--b");
	arena_release(&run->arena);
}

static void test_more_forms(void **state)
{
	struct run *run = parse("-vqfjson=out.json --format=a=b --jobs 18446744073709551615");

	(void)state;
	assert_int_equal(run->result, 0);
	assert_true(run->o.verbose && run->o.quiet);
	assert_text(run->o.format, "a=b");
	assert_true(run->o.jobs == UINT64_MAX);
	assert_int_equal(run->operands.n, 0);
	arena_release(&run->arena);
	run = parse("-f -v");
	assert_int_equal(run->result, 0);
	assert_text(run->o.format, "-v");
	arena_release(&run->arena);
}

static void test_help_stops(void **state)
{
	static const char *const lines[] = {"--help", "-h", "-vh", "a --help --nonsense"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct run *run = parse(lines[i]);

		assert_int_equal(run->result, 0);
		assert_true(run->help);
		arena_release(&run->arena);
	}
}

static void test_mistakes(void **state)
{
	(void)state;
	assert_refused("--fromat json", "--format");
	assert_refused("--verbos", "did you mean --verbose?");
	assert_refused("--zzzzzzzz", "--help lists them");
	assert_refused("-x", "unknown option -x");
	assert_refused("-vx", "unknown option -x");
	assert_refused("--jobs=four", "takes a number");
	assert_refused("--jobs=-1", "takes a number");
	assert_refused("--jobs 18446744073709551616", "takes a number");
	assert_refused("--format", "needs a value");
	assert_refused("-f", "needs a value");
	assert_refused("--format=", "was given an empty value");
	assert_refused("--verbose=yes", "takes no value");
	assert_refused("--no-format", "unknown option --no-format");
	assert_refused("--no-color=1", "takes no value");
	assert_refused("---", "unknown option");
}

static void test_help_text(void **state)
{
	struct options o;
	const struct opt rows[] = ROWS(&o);
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(8));

	(void)state;
	opt_help(rows, 60, &out);
	assert_string_equal(buf_cstr(&out),
	    "\nWhat to print:\n"
	    "  -v, --verbose          say more\n"
	    "  -q, --quiet            say nothing\n"
	    "      --color            colours, also where no terminal is\n"
	    "  -f, --format F[=FILE]  a report format, and the file that\n"
	    "                         it goes to; several at once come\n"
	    "                         from one scan (default: text)\n"
	    "\nWhat to read:\n"
	    "  -p, --path PATH        a path; may be repeated\n"
	    "  -j, --jobs N           threads (default: processors)\n");
}

static void test_help_narrow_and_long(void **state)
{
	bool flag;
	const struct opt rows[] = {
	    OPT_FLAG_ROW(0, "an-option-with-a-very-long-name", &flag, "words of help"),
	    OPT_FLAG_ROW('s', "short", &flag, "w"),
	    OPT_END_ROW,
	};
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(8));

	(void)state;
	opt_help(rows, 0, &out);
	assert_string_equal(buf_cstr(&out), "      --an-option-with-a-very-long-name\n"
					    "               words of help\n"
					    "  -s, --short  w\n");
}

static void test_nearest(void **state)
{
	static const char *const names[] = {"check", "lint", "secrets", "scan", "policy", "run"};
	static const struct {
		const char *word, *nearest;
	} rows[] = {{"chekc", "check"}, {"chck", "check"}, {"lnit", "lint"}, {"secret", "secrets"},
	    {"sacn", "scan"}, {"polciy", "policy"}, {"rnu", "run"}, {"frobnicate", NULL},
	    {"x", NULL}, {"", NULL}, {"check", "check"},
	    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *got = opt_nearest(str_of(rows[i].word), names, ARRAY_LEN(names));

		if (!rows[i].nearest && got)
			fail_msg("%s: %s", rows[i].word, got);
		if (rows[i].nearest) {
			assert_non_null(got);
			assert_string_equal(got, rows[i].nearest);
		}
	}
	assert_null(opt_nearest(STR("x"), NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_more_forms),
	    cmocka_unit_test(test_help_stops),
	    cmocka_unit_test(test_mistakes),
	    cmocka_unit_test(test_help_text),
	    cmocka_unit_test(test_help_narrow_and_long),
	    cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
