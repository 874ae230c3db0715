/*
 * Rules as data: the built-in records are whole, files of a user's own are read or
 * refused with a line that says the place, and Python's notation is translated.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

#include "../../base/full_arena.h"
#include "detect/secret/pattern.h"
#include "detect/secret/secret.h"

static bool is_kebab(struct str id)
{
	for (size_t i = 0; i < id.n; i++) {
		if (!(byte_is_alnum(id.p[i]) && byte_lower(id.p[i]) == id.p[i]) && id.p[i] != '-')
			return false;
	}
	return id.n > 0;
}

static void test_builtin_records(void **state)
{
	struct secret_rules rules = {0};
	struct arena arena;
	struct err err = ERR_INIT;
	size_t generic = 0;

	(void)state;
	arena_init(&arena, MIB(8));
	assert_int_equal(secret_rules_add_builtin(&rules, &arena, &err), 0);
	assert_true(rules.rules.n >= 200);
	for (size_t i = 0; i < rules.rules.n; i++) {
		const struct secret_rule *r = &rules.rules.p[i];

		assert_true(is_kebab(r->id));
		assert_ptr_equal(secret_rules_find(&rules, r->id), r);
		assert_false(str_empty(r->title) || str_eq(r->title, r->name) ||
			     str_eq(r->pattern, STR("never")));
		assert_true(r->why.n > 15 && r->fix.n > 40);
		assert_true(r->opens.n > 15 && r->revoke.n > r->fix.n / 4);
		assert_true(str_has(r->fix, STR("first, then rewrite the branch")));
		assert_int_equal(r->since.n, 10);
		assert_true(str_eq(r->threat, STR("credentials")));
		assert_true(r->references.n > 0);
		/* Of something that is no more than named so nothing is said that would block. */
		assert_true(!r->generic || r->severity == SEVERITY_MEDIUM);
		assert_true(r->own);
		generic += r->generic;
	}
	assert_true(generic >= 2);
	assert_null(secret_rules_find(&rules, STR("no-such-rule")));
	arena_release(&arena);
}

static int read_whole(const void *json, struct arena *arena, struct buf *out, struct err *err)
{
	struct secret_rules rules = {0};

	if (secret_rules_add_builtin(&rules, arena, err) != 0 ||
	    secret_rules_add_json(&rules, str_of(json), STR("rules.json"), arena, err) != 0)
		return -1;
	for (size_t i = 0; i < rules.rules.n; i++) {
		const struct secret_rule *r = &rules.rules.p[i];

		buf_addf(out, STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT " %zu\n",
		    STR_ARG(r->id), STR_ARG(r->name), STR_ARG(r->title), STR_ARG(r->pattern),
		    STR_ARG(r->why), r->references.n);
	}
	return 0;
}

static void test_full_arena(void **state)
{
	(void)state;
	assert_true(assert_survives_full_arenas(read_whole,
			"{\"House token\": \"HT[0-9]{8}\", \"House token \": \"x[a-f]{9}\", "
			"\"aws access key\": \"AKIA[A-Z]{16}\"}") > 20);
}

static void test_own_rules(void **state)
{
	struct secret_rules rules = {0};
	struct arena arena;
	struct err err = ERR_INIT;
	size_t builtin;

	(void)state;
	arena_init(&arena, MIB(8));
	assert_int_equal(secret_rules_add_builtin(&rules, &arena, &err), 0);
	builtin = rules.rules.n;
	assert_int_equal(secret_rules_add_json(&rules,
			     STR("{\"Our Token (v2)\": \"tok-[0-9]{4}\", \"Slack Token\": \"sl\", "
				 "\"A GENERIC thing\": \"x\", \"  \": \"y\"}"),
			     STR("own.json"), &arena, &err),
	    0);
	assert_int_equal(rules.rules.n, builtin + 4);
	assert_non_null(secret_rules_find(&rules, STR("our-token-v2")));
	assert_non_null(secret_rules_find(&rules, STR("slack-token")));
	assert_non_null(secret_rules_find(&rules, STR("slack-token-2")));
	assert_non_null(secret_rules_find(&rules, STR("rule")));
	assert_true(secret_rules_find(&rules, STR("a-generic-thing"))->generic);
	assert_false(secret_rules_find(&rules, STR("our-token-v2"))->generic);
	assert_int_equal(secret_rules_find(&rules, STR("our-token-v2"))->severity, SEVERITY_HIGH);
	arena_release(&arena);
}

/* Reads and compiles; the error's text must hold all of `words`. */
static void test_ids_of_names(void **state)
{
	static const char json[] =
	    "{\"Slack Token (v2)\": \"a\", \"---\": \"b\", \"!\": \"c\", \" Lead and trail! \": "
	    "\"d\", \"UPPER_case\": \"e\", \"upper case\": \"f\", \"\xc3\xa9t\xc3\xa9\": \"g\", "
	    "\"9\": \"h\", \"My GENERIC one\": \"i\", \"generi\": \"j\"}";
	static const char *const ids[] = {"slack-token-v2", "rule", "rule-2", "lead-and-trail",
	    "upper-case", "upper-case-2", "t", "9", "my-generic-one", "generi"};
	struct secret_rules rules = {0};
	struct arena arena;
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, MIB(1));
	if (secret_rules_add_json(&rules, str_of(json), STR("f"), &arena, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(rules.rules.n, ARRAY_LEN(ids));
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		const struct secret_rule *r = &rules.rules.p[i];

		if (!str_eq(r->id, str_of(ids[i])))
			fail_msg(STR_FMT " is " STR_FMT ", not %s", STR_ARG(r->name),
			    STR_ARG(r->id), ids[i]);
		assert_int_equal(r->generic, i == 8);
		assert_int_equal(r->severity, SEVERITY_HIGH);
		assert_false(r->own);
	}
	arena_release(&arena);
}

static void check_refused(const char *json, const char *word, const char *other)
{
	struct secret_rules rules = {0};
	struct secret_engine *engine = NULL;
	struct arena arena;
	struct err err = ERR_INIT;
	int failed;

	arena_init(&arena, MIB(8));
	failed = secret_rules_add_json(&rules, str_of(json), STR("own.json"), &arena, &err) ||
		 secret_engine_new(&rules, &limits_default, &engine, &err);
	if (!failed)
		print_error("%s\n", json);
	assert_true(failed);
	assert_int_equal(err.code, ERR_CONFIG);
	if (!strstr(err.text, word) || !strstr(err.text, other))
		print_error("%s: %s\n", json, err.text);
	assert_non_null(strstr(err.text, word));
	assert_non_null(strstr(err.text, other));
	secret_engine_free(engine);
	arena_release(&arena);
}

static void test_refused(void **state)
{
	(void)state;
	check_refused("[1]", "own.json:1", "object");
	check_refused("{\"a\": 3}", "own.json:1", "regular expression");
	check_refused("{\n\"a\": \"x\",\n\"b\": []}", "own.json:3", "regular expression");
	check_refused("{\"a\": \"x\"", "own.json", "");
	check_refused("{\"a\": \"x\",}", "own.json", "");
	check_refused("", "own.json", "");
	check_refused("{}", "no secret rules", "");
	check_refused("{\"A b\": \"(x\"}", "A b", "own.json");
	check_refused("{\"A b\": \"x*\"}", "A b", "nothing");
	check_refused("{\"A b\": \"[x\"}", "byte 3", "']'");
	check_refused("{\"A b\": \"a\\\\qb\"}", "byte 2", "escape");
	check_refused("{\"A b\": \"a(?i)b\"}", "byte 2", "front");
	check_refused("{\"A b\": \"(?<n>b)\"}", "byte 1", "");
	check_refused("{\"A b\": \"a(*COMMIT)b\"}", "byte 2", "repeat");
	check_refused("{\"A b\": \"[\\u00e9]b\"}", "byte 2", "ASCII");
	check_refused("{\"A b\": \"(?x)b\"}", "byte 1", "flags");
	check_refused("{\"A b\": \"b\\\\\"}", "byte 2", "backslash");
}

static void test_translation(void **state)
{
	static const struct {
		const char *python, *ours;
		bool to_end;
	} cases[] = {
	    {"[p|b|o|a]", "[p|b|o|a]", false},
	    {"a/b", "a/b", false},
	    {"x{,3}y{2,}z{4}w{1,2}", "x{0,3}y{2,}z{4}w{1,2}", false},
	    {"a{b}c{", "a\\{b}c\\{", false},
	    {"[[:alpha:]]", "[\\[:alpha:]]", false},
	    {"[]a]", "[\\]a]", false},
	    {"[^]a]", "[^\\]a]", false},
	    {"\\v\\x41\\0", "\\x0b\\x41\\0", false},
	    {"[\\b]\\b", "[\\x08]\\b", false},
	    {"a\\Z", "a\\z", true},
	    {"\\u00e9\\u0041", "(?:\\xc3\\xa9)\\x41", false},
	    {"(?ai)x", "(?i)x", false},
	    {"a(?i:b)(?:c)(?P<n>d)(?P=n)", "a(?i:b)(?:c)(?P<n>d)(?P=n)", false},
	    {"a(?#note)b(?=c)(?!d)(?<=e)(?<!f)", "ab(?=c)(?!d)(?<=e)(?<!f)", false},
	    {"\\/\\-\\.", "\\/\\-\\.", false},
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB(1));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct secret_pattern pattern;
		struct err err = ERR_INIT;

		assert_int_equal(
		    secret_pattern_translate(str_of(cases[i].python), &arena, &pattern, &err), 0);
		assert_string_equal(pattern.text.p, cases[i].ours);
		assert_int_equal(pattern.to_end, cases[i].to_end);
	}
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_builtin_records),
	    cmocka_unit_test(test_full_arena),
	    cmocka_unit_test(test_own_rules),
	    cmocka_unit_test(test_ids_of_names),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_translation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
