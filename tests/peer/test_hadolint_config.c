/* hadolint's settings by file, variables and command line, and which of them hold. */
#include "../base/full_arena.h"
#include "../core/unit.h"
#include "base/buf.h"
#include "peer/hadolint_format.h"

#include <string.h>

static int parse(
    struct fixture *f, const char *text, struct hadolint_config *ret, struct err *ret_wrong)
{
	f->err = ERR_INIT;
	*ret_wrong = ERR_INIT;
	return hadolint_config_parse(
	    STR(".hadolint.yaml"), str_of(text), &f->arena, ret, ret_wrong, &f->err);
}

static struct hadolint_config parsed(struct fixture *f, const char *text)
{
	struct hadolint_config config;
	struct err wrong = ERR_INIT;

	if (parse(f, text, &config, &wrong) != 0)
		fail_msg("\"%s\": %s", text, f->err.text);
	if (wrong.code != ERR_NONE)
		fail_msg("\"%s\": %s", text, wrong.text);
	return config;
}

/* As merged with nothing and printed. */
static void assert_says(struct fixture *f, const struct hadolint_config *config, const char *wanted)
{
	const struct hadolint_config none = {0};
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(64));
	struct hadolint_config all;

	assert_int_equal(hadolint_config_merge(&none, config, &none, &f->arena, &all, &f->err), 0);
	hadolint_config_print(&all, &out);
	assert_string_equal(buf_cstr(&out), wanted);
}

static const char nothing[] = "failure-threshold: info\n"
			      "formats: []\n"
			      "ignored: []\n"
			      "override:\n"
			      "  error: []\n"
			      "  warning: []\n"
			      "  info: []\n"
			      "  style: []\n"
			      "trustedRegistries: []\n"
			      "label-schema: {}\n"
			      "strict-labels: false\n"
			      "disable-ignore-pragma: false\n"
			      "no-fail: false\n"
			      "no-color: false\n";

static void every_key(void **state)
{
	struct fixture *f = *state;
	struct hadolint_config config =
	    parsed(f, "failure-threshold: warning\n"
		      "format: json\n"
		      "formats: [sarif, gnu]\n"
		      "ignored: [DL3008, \"SC2086\"]\n"
		      "override:\n"
		      "  error: [DL3002]\n"
		      "  warning:\n"
		      "    - DL3042\n"
		      "  info: [A]\n"
		      "  style: [DL3015, B]\n"
		      "label-schema:\n"
		      "  maintainer: text\n"
		      "  a: url\n"
		      "  b: semver\n"
		      "  c: hash\n"
		      "  d: rfc3339\n"
		      "  e: spdx\n"
		      "  f: email\n"
		      "  g: ''\n"
		      "strict-labels: true\n"
		      "trustedRegistries: [docker.io, '*.example.com']\n"
		      "no-color: TRUE\n"
		      "no-fail: True\n"
		      "verbose: true\n"
		      "disable-ignore-pragma: true\n");

	assert_int_equal(config.verbose, HADOLINT_YES);
	assert_says(f, &config,
	    "failure-threshold: warning\n"
	    "formats: [sarif, gnu, json]\n"
	    "ignored: [DL3008, SC2086]\n"
	    "override:\n"
	    "  error: [DL3002]\n"
	    "  warning: [DL3042]\n"
	    "  info: [A]\n"
	    "  style: [DL3015, B]\n"
	    "trustedRegistries: [docker.io, *.example.com]\n"
	    "label-schema:\n"
	    "  maintainer: text\n"
	    "  a: url\n"
	    "  b: semver\n"
	    "  c: hash\n"
	    "  d: rfc3339\n"
	    "  e: spdx\n"
	    "  f: email\n"
	    "  g: text\n"
	    "strict-labels: true\n"
	    "disable-ignore-pragma: true\n"
	    "no-fail: true\n"
	    "no-color: true\n");
}

static void what_says_nothing(void **state)
{
	static const char *const texts[] = {"", "\n\n", "# a comment\n", "---\n", "---\n...\n",
	    "\xef\xbb\xbf", "\xef\xbb\xbf# x\r\n", "%YAML 1.2\n---\n", "{}", "ignored:\n",
	    ("ignored: ~\nformat:\nformats: null\nno-fail:\noverride:\nlabel-schema:\n"
	     "failure-threshold:\ntrustedRegistries:\nverbose:\n"),
	    "override: {error: , style: []}\n"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct hadolint_config config = parsed(f, texts[i]);

		assert_says(f, &config, nothing);
	}
}

/* JSON, anchors, a byte order mark, CR LF: all that hadolint's YAML takes. */
static void other_spellings(void **state)
{
	static const char *const texts[] = {"{\"ignored\": [\"DL3004\"]}",
	    "ignored: &a [DL3004]\ntrustedRegistries:\n", "\xef\xbb\xbfignored: [DL3004]\n",
	    "ignored: [DL3004]\r\n", "%YAML 1.2\n---\nignored: [DL3004]\n...\n",
	    "ignored:\n- DL3004\n"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct hadolint_config config = parsed(f, texts[i]);

		assert_int_equal(config.rules[HADOLINT_IGNORE].n, 1);
		assert_str(config.rules[HADOLINT_IGNORE].p[0], "DL3004");
	}
}

static void what_is_broken_is_not_taken(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
	    {"ignored: DL3006\n", "1:1: a list is expected here"},
	    {"ignored: [3006]\n", "1:11: a text is expected here"},
	    {"ignored: [true]\n", "1:11: a text is expected here"},
	    {"ignored: [[DL1]]\n", "1:11: a text is expected here"},
	    {"ignored: [~]\n", "1:11: a text is expected here"},
	    {"ignored: {a: b}\n", "1:1: a list is expected here"},
	    {"ignored: [DL3006\n", "a comma or a closing bracket"},
	    {"ignored: []\nignored: []\n", "2:1: this key stands twice"},
	    {"failure-threshold: bad\n", "1:1: error, warning, info, style, ignore or none"},
	    {"failure-threshold: ERROR\n", "1:1: error, warning"},
	    {"failure-threshold: 1\n", "1:1: error, warning"},
	    {"format: bad\n", "1:1: a format is expected here: one of tty, gnu, json"},
	    {"format: [json]\n", "1:1: a format"},
	    {"formats: json\n", "1:1: a list of formats"},
	    {"formats: [json, bad]\n", "1:17: a format"},
	    {"override: x\n", "1:1: a mapping"},
	    {"override: {error: DL1}\n", "1:12: a list"},
	    {"label-schema: [a]\n", "1:1: labels are expected here"},
	    {"label-schema: {a: bad}\n", "1:16: text, url, semver"},
	    {"label-schema: {a: TEXT}\n", "1:16: text, url, semver"},
	    {"label-schema: {a: 1}\n", "1:16: text, url, semver"},
	    {"trustedRegistries: docker.io\n", "1:1: a list"},
	    {"no-fail: yes\n", "1:1: true or false"},
	    {"no-fail: \"true\"\n", "1:1: true or false"},
	    {"no-fail: 1\n", "1:1: true or false"},
	    {"[a]\n", "1:1: a mapping"},
	    {"a\n", "1:1: a mapping"},
	    {"a: 1\n---\nb: 2\n", "more than one document"},
	    {"\xff\xfe"
	     "a",
		""},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct hadolint_config config = {.threshold = HADOLINT_STYLE};
		struct err wrong = ERR_INIT;

		if (parse(f, rows[i].text, &config, &wrong) == 0)
			fail_msg("\"%s\" is taken", rows[i].text);
		assert_err(&f->err, ERR_CONFIG, rows[i].why);
		assert_true(str_starts(str_of(f->err.text), STR(".hadolint.yaml:")));
		assert_int_equal(config.threshold, HADOLINT_STYLE);
	}
}

static void an_unknown_key_is_named_and_the_rest_holds(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
	    {"ignore: [DL1]\nignored: [DL2]\n", "1:1: no such key: ignore; did you mean ignored?"},
	    {"ignored: [DL2]\ntrusted-registries: [a]\n",
		"2:1: no such key: trusted-registries; did you mean trustedRegistries?"},
	    {"ignored: [DL2]\noverride: {eror: [a]}\n",
		"2:12: no such key: eror; did you mean error?"},
	    {"ignored: [DL2]\nfailure-treshold: error\n",
		"2:1: no such key: failure-treshold; did you mean failure-threshold?"},
	    {"ignored: [DL2]\nsomething: [a]\nother:\n", "2:1: no such key: something"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct hadolint_config config;
		struct err wrong = ERR_INIT;

		assert_int_equal(parse(f, rows[i].text, &config, &wrong), 0);
		assert_err(&wrong, ERR_CONFIG, rows[i].why);
		assert_int_equal(config.rules[HADOLINT_IGNORE].n, 1);
		assert_str(config.rules[HADOLINT_IGNORE].p[0], "DL2");
	}
}

static void nothing_is_borrowed(void **state)
{
	char text[] = "ignored: [DL3004]\nlabel-schema: {a: url}\nformats: [gnu]\n"
		      "trustedRegistries: [x.y]\n";
	struct fixture *f = *state;
	struct hadolint_config config = parsed(f, text);

	memset(text, '#', sizeof text - 1);
	assert_str(config.rules[HADOLINT_IGNORE].p[0], "DL3004");
	assert_str(config.labels.p[0].key, "a");
	assert_str(config.formats.p[0], "gnu");
	assert_str(config.trusted.p[0], "x.y");
}

/* ---- variables ---- */

static const char *const *variables; /* "NAME=value", NULL-terminated */

static char *get_variable(const char *name)
{
	static char value[200];
	struct str key, text;

	for (size_t i = 0; variables[i]; i++) {
		if (!str_split(str_of(variables[i]), '=', &key, &text) ||
		    !str_eq(key, str_of(name)))
			continue;
		(void)snprintf(value, sizeof value, STR_FMT, STR_ARG(text));
		return value;
	}
	return NULL;
}

static struct hadolint_config environment(
    struct fixture *f, const char *const *all, struct err *ret_wrong)
{
	struct hadolint_config config;

	variables = all;
	*ret_wrong = ERR_INIT;
	assert_int_equal(
	    hadolint_config_environment(get_variable, &f->arena, &config, ret_wrong, &f->err), 0);
	return config;
}

static void every_variable(void **state)
{
	static const char *const all[] = {"NO_COLOR=", "HADOLINT_NOFAIL=Yes", "HADOLINT_VERBOSE=1",
	    "HADOLINT_FORMAT=json,gnu", "HADOLINT_FAILURE_THRESHOLD=none",
	    "HADOLINT_OVERRIDE_ERROR=DL1,DL2", "HADOLINT_OVERRIDE_WARNING=DL3",
	    "HADOLINT_OVERRIDE_INFO=DL4", "HADOLINT_OVERRIDE_STYLE=DL5",
	    "HADOLINT_IGNORE=DL6,,DL7,", "HADOLINT_STRICT_LABELS=on",
	    "HADOLINT_DISABLE_IGNORE_PRAGMA=Y", "HADOLINT_TRUSTED_REGISTRIES=a.b,c.d",
	    "HADOLINT_REQUIRE_LABELS=x,y:url,y:hash", NULL};
	struct fixture *f = *state;
	struct err wrong = ERR_INIT;
	struct hadolint_config config = environment(f, all, &wrong);

	assert_int_equal(wrong.code, ERR_NONE);
	assert_int_equal(config.verbose, HADOLINT_YES);
	assert_says(f, &config,
	    "failure-threshold: ignore\n"
	    "formats: [json, gnu]\n"
	    "ignored: [DL6, DL7]\n"
	    "override:\n"
	    "  error: [DL1, DL2]\n"
	    "  warning: [DL3]\n"
	    "  info: [DL4]\n"
	    "  style: [DL5]\n"
	    "trustedRegistries: [a.b, c.d]\n"
	    "label-schema:\n"
	    "  x: text\n"
	    "  y: hash\n"
	    "strict-labels: true\n"
	    "disable-ignore-pragma: true\n"
	    "no-fail: true\n"
	    "no-color: true\n");
}

static void empty_variables_are_not_there(void **state)
{
	static const char *const all[] = {"HADOLINT_NOFAIL=", "HADOLINT_FORMAT=",
	    "HADOLINT_FAILURE_THRESHOLD=", "HADOLINT_IGNORE=", "HADOLINT_STRICT_LABELS=0",
	    "HADOLINT_VERBOSE=false", "HADOLINT_REQUIRE_LABELS=", NULL};
	struct fixture *f = *state;
	struct err wrong = ERR_INIT;
	struct hadolint_config config = environment(f, all, &wrong);

	assert_int_equal(wrong.code, ERR_NONE);
	assert_int_equal(config.strict_labels, HADOLINT_NO);
	assert_says(f, &config, nothing);
}

static void a_wrong_variable_is_named(void **state)
{
	static const struct {
		const char *variable, *why;
	} rows[] = {
	    {"HADOLINT_NOFAIL=maybe", "HADOLINT_NOFAIL: true or false is expected, not \"maybe\""},
	    {"HADOLINT_FORMAT=gnu,josn", "HADOLINT_FORMAT: no such format: josn; there are tty"},
	    {"HADOLINT_FAILURE_THRESHOLD=ERROR", "HADOLINT_FAILURE_THRESHOLD: error, warning"},
	    {"HADOLINT_REQUIRE_LABELS=a:url,b:bad", "HADOLINT_REQUIRE_LABELS: b:bad: text, url"},
	    {"HADOLINT_REQUIRE_LABELS=a:url:text", "HADOLINT_REQUIRE_LABELS: a:url:text: text"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *const all[] = {rows[i].variable, "HADOLINT_IGNORE=DL1", NULL};
		struct err wrong = ERR_INIT;
		struct hadolint_config config = environment(f, all, &wrong);

		assert_err(&wrong, ERR_CONFIG, rows[i].why);
		assert_int_equal(config.rules[HADOLINT_IGNORE].n, 1);
		assert_int_equal(config.has_threshold, false);
	}
}

/* ---- all three ---- */

static void the_later_source_decides(void **state)
{
	static const char *const all[] = {"HADOLINT_FAILURE_THRESHOLD=style", "HADOLINT_NOFAIL=1",
	    "HADOLINT_IGNORE=E", "HADOLINT_FORMAT=gnu", "HADOLINT_TRUSTED_REGISTRIES=e",
	    "HADOLINT_REQUIRE_LABELS=x:url,y:url", NULL};
	struct fixture *f = *state;
	struct err wrong = ERR_INIT;
	struct hadolint_config env = environment(f, all, &wrong);
	struct hadolint_config file = parsed(f, "failure-threshold: error\nno-fail: false\n"
						"ignored: [F]\nformat: json\n"
						"trustedRegistries: [f]\n"
						"label-schema: {x: hash}\n");
	struct hadolint_config line = {0}, merged;

	(void)vec_push(&line.rules[HADOLINT_IGNORE], &f->arena, STR("L"));
	(void)vec_push(&line.formats, &f->arena, STR("tty"));
	assert_true(hadolint_add_label(&line.labels, STR("x:text"), &f->arena));
	assert_true(hadolint_add_label(&line.labels, STR("z"), &f->arena));
	assert_false(hadolint_add_label(&line.labels, STR("z:Text"), &f->arena));
	assert_int_equal(hadolint_config_merge(&env, &file, &line, &f->arena, &merged, &f->err), 0);
	assert_int_equal(merged.threshold, HADOLINT_ERROR);
	assert_int_equal(merged.no_fail, HADOLINT_NO);
	assert_int_equal(merged.formats.n, 3);
	assert_str(merged.formats.p[0], "gnu");
	assert_str(merged.formats.p[2], "tty");
	assert_str(merged.rules[HADOLINT_IGNORE].p[0], "E");
	assert_str(merged.rules[HADOLINT_IGNORE].p[1], "F");
	assert_str(merged.rules[HADOLINT_IGNORE].p[2], "L");
	assert_int_equal(merged.trusted.n, 2);
	assert_int_equal(merged.labels.n, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct lint_label *label = &merged.labels.p[i];

		if (str_eq(label->key, STR("x")))
			assert_int_equal(label->type, LABEL_HASH);
		if (str_eq(label->key, STR("y")))
			assert_int_equal(label->type, LABEL_URL);
		if (str_eq(label->key, STR("z")))
			assert_int_equal(label->type, LABEL_TEXT);
	}
	line.has_threshold = true;
	line.threshold = HADOLINT_IGNORE;
	line.no_fail = HADOLINT_YES;
	assert_int_equal(hadolint_config_merge(&env, &file, &line, &f->arena, &merged, &f->err), 0);
	assert_int_equal(merged.threshold, HADOLINT_IGNORE);
	assert_int_equal(merged.no_fail, HADOLINT_YES);
}

static void the_gravest_override_decides_and_ignoring_before_all(void **state)
{
	struct fixture *f = *state;
	struct hadolint_config config = parsed(f, "ignored: [A]\noverride:\n"
						  "  style: [A, B, C, D]\n  info: [B, C, D]\n"
						  "  warning: [C, D]\n  error: [D]\n");
	static const struct {
		const char *rule, *word;
		enum hadolint_level level;
	} rows[] = {
	    {"A", "error", HADOLINT_IGNORE},
	    {"B", "error", HADOLINT_INFO},
	    {"C", "ignore", HADOLINT_WARNING},
	    {"D", "style", HADOLINT_ERROR},
	    {"E", "style", HADOLINT_STYLE},
	    {"E", "warning", HADOLINT_WARNING},
	    {"E", "ignore", HADOLINT_IGNORE},
	    {"E", "", HADOLINT_INFO},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    hadolint_level_of(&config, str_of(rows[i].rule), str_of(rows[i].word)),
		    rows[i].level);
}

static int read_whole(const void *text, struct arena *arena, struct buf *out, struct err *err)
{
	struct hadolint_config config;
	struct err wrong = ERR_INIT;

	if (hadolint_config_parse(STR("f"), str_of(text), arena, &config, &wrong, err) != 0)
		return -1;
	hadolint_config_print(&config, out);
	return 0;
}

/* Of variables and a command line that are given in `text`. */
static int merge_whole(const void *text, struct arena *arena, struct buf *out, struct err *err)
{
	const char *const all[] = {text, "HADOLINT_FORMAT=gnu,tty", "HADOLINT_IGNORE=a,b", NULL};
	struct hadolint_config none = {0}, env, merged;
	struct err wrong = ERR_INIT;

	variables = all;
	if (hadolint_config_environment(get_variable, arena, &env, &wrong, err) != 0 ||
	    hadolint_config_merge(&env, &none, &none, arena, &merged, err) != 0)
		return -1;
	hadolint_config_print(&merged, out);
	return 0;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_true(assert_survives_full_arenas(read_whole,
			"ignored: [a, b]\noverride: {error: [c], style: [d]}\nformat: json\n"
			"label-schema: {a: url, b: text}\ntrustedRegistries: [x]\n") > 5);
	assert_true(assert_survives_full_arenas(
			merge_whole, "HADOLINT_REQUIRE_LABELS=a:url,b:text,c:hash") > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(every_key),
	    unit_test_here(what_says_nothing),
	    unit_test_here(other_spellings),
	    unit_test_here(what_is_broken_is_not_taken),
	    unit_test_here(an_unknown_key_is_named_and_the_rest_holds),
	    unit_test_here(nothing_is_borrowed),
	    unit_test_here(every_variable),
	    unit_test_here(empty_variables_are_not_there),
	    unit_test_here(a_wrong_variable_is_named),
	    unit_test_here(the_later_source_decides),
	    unit_test_here(the_gravest_override_decides_and_ignoring_before_all),
	    unit_test_here(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
