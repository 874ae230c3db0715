/* What becomes of RE2's dialect. The same patterns run beside gitleaks in
 * tests/e2e/test_gitleaks.py. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "detect/secret/pattern.h"
#include "detect/secret/terms.h"

static const struct {
	const char *re2, *want; /* "!" and a part of the error */
} patterns[] = {
    {"a|b*?c+d?e{2}f{3,}g{4,5}?", "a|b*?c+d?e{2}f{3,}g{4,5}?"},
    {"{,3}a{b}{", "\\{,3}a\\{b}\\{"},
    {"^a$", "^a\\z"},
    {"(?m)^a$", "(?m)^a$"},
    {"(?m:a$)b$", "(?m:a$)b\\z"},
    {"((?m)a$)b$", "((?m)a$)b\\z"},
    {"(?m)(?-m:a$)$", "(?m)(?-m:a\\z)$"},
    {"(?is-m:a)(?P<x>b)(?<y_1>c)(?:d)", "(?is-m:a)(?P<x>b)(?<y_1>c)(?:d)"},
    {"\\s\\S\\d\\W\\b\\A\\z", "[\\t\\n\\f\\r\\x20][^\\t\\n\\f\\r\\x20]\\d\\W\\b\\A\\z"},
    {"[\\s\\S\\d]", "[\\t\\n\\f\\r\\x20\\x00-\\x08\\x0b\\x0e-\\x1f\\x21-\\xff\\d]"},
    {"\\v\\a\\t\\.\\-\\_", "\\x0b\\x07\\x09\\x2e\\x2d_"},
    {"\\x41\\x{42}\\103\\0", "ABC\\x00"},
    {"\\Qa.b\\Ec\\Qd", "\\x61\\x2e\\x62c\\x64"},
    {"é+\\x{e9}", "(?:\\xc3\\xa9)+(?:\\xc3\\xa9)"},
    {"[]a]", "[\\x5da]"},
    {"[^]a]", "[^\\x5da]"},
    {"[a-c\\]-]", "[a-c\\x5d\\x2d]"},
    {"[[a[:alpha:][:^digit:]]", "[\\x5ba[:alpha:][:^digit:]]"},
    {"[[:x]", "[\\x5b\\x3ax]"},
    {"[a’]+", "(?:[a]|(?:\\xe2\\x80\\x99))+"},
    {"[’é]", "(?:(?:\\xe2\\x80\\x99)|(?:\\xc3\\xa9))"},
    {"[^\\x00-\\x7f]", "[^\\x00-\\x7f]"},
    {"(?=a)", "! look around"},
    {"(?<!a)", "! look around"},
    {"(a)\\1", "! references back"},
    {"a++", "! a repetition of a repetition"},
    {"a{2}*", "! a repetition of a repetition"},
    {"a{1001}", "! a thousand times"},
    {"\\pL", "! classes of Unicode"},
    {"(?U)a*", "! the flag U"},
    {"(?x)a", "! a group of a kind"},
    {"(?P<a-b>c)", "! a group's name"},
    {"[é-ü]", "! one by one"},
    {"[^é]", "! one by one"},
    {"[b-a]", "! ends before it begins"},
    {"[a", "! a '[' that no ']' closes"},
    {"(a", "! a '(' that no ')' closes"},
    {"a)", "! a ')' that closes nothing"},
    {"\\y", "! no such escape"},
    {"a\\", "! nothing behind it"},
    {"\\xg0", "! no character's number"},
};

static void test_patterns(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		struct secret_pattern pattern;
		struct err err = ERR_INIT;
		struct arena arena;
		const char *want = patterns[i].want;

		arena_init(&arena, MIB(1));
		if (secret_pattern_translate_re2(str_of(patterns[i].re2), &arena, &pattern, &err) ==
		    0) {
			assert_string_equal(pattern.text.p, want);
		} else {
			assert_int_equal(want[0], '!');
			if (!strstr(err.text, want + 2))
				fail_msg("%s: %s", patterns[i].re2, err.text);
		}
		arena_release(&arena);
	}
}

static void test_entropy(void **state)
{
	(void)state;
	assert_true(secret_entropy(STR("aaaa")) < 0.001);
	assert_true(secret_entropy(STR("abab")) > 0.999 && secret_entropy(STR("abab")) < 1.001);
	assert_true(secret_entropy(STR("abcdefgh")) > 2.999);
}

static void test_regexes(void **state)
{
	const struct str both[] = {STR("^a"), STR("(b)(c)$")};
	struct secret_regex *regex;
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB(1));
	assert_int_equal(secret_regex_make(SECRET_DIALECT_RE2, both, 2, &arena, &regex, &err), 0);
	assert_int_equal(secret_regex_groups(regex), 2);
	assert_true(secret_regex_matches(regex, STR("ax")));
	assert_true(secret_regex_matches(regex, STR("xbc")));
	assert_false(secret_regex_matches(regex, STR("xbcd")));
	assert_false(secret_regex_matches(regex, STR_NONE));
	arena_release(&arena);
	arena_init(&arena, 64);
	assert_int_equal(secret_regex_make(SECRET_DIALECT_RE2, both, 2, &arena, &regex, &err), -1);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_patterns),
	    cmocka_unit_test(test_entropy),
	    cmocka_unit_test(test_regexes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
