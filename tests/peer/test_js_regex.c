/* JavaScript's expressions through PCRE2: what means the same, what is translated, what is refused.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "base/buf.h"
#include "peer/js_regex.h"

static enum js_match test_one(const char *literal, struct str text)
{
	struct js_regex *regex = NULL;
	struct err err = ERR_INIT;
	enum js_match result;

	if (js_regex_new(str_of(literal), &regex, &err) != 0)
		fail_msg("%s: %s", literal, err.text);
	result = js_regex_test(regex, text);
	js_regex_free(regex);
	return result;
}

struct row {
	const char *literal, *text;
	bool matches;
};

static void what_matches(void **state)
{
	static const struct row rows[] = {
	    {"/latest/", "FROM x:latest", true},
	    {"/latest/", "FROM x:LATEST", false},
	    {"/latest/i", "FROM x:LATEST", true},
	    {"/^b/", "a\nb", false},
	    {"/^b/m", "a\nb", true},
	    {"/a$/", "a\n", false},
	    {"/a.b/", "a\nb", false},
	    {"/a.b/", "a\rb", false},
	    {"/a.b/s", "a\nb", true},
	    {"/a/g", "ba", true},
	    {"/a/y", "ba", false},
	    {"/a/dgu", "ba", true},
	    /* '-' beside a set, '[' in a class, and classes that hold nothing or all */
	    {"/^[\\w-$]+$/", "a-$", true},
	    {"/^[$-\\w]+$/", "a-$", true},
	    {"/^[a-c]+$/", "abc-", false},
	    {"/[[:alpha:]/", ":", true},
	    {"/^[[:alpha:]+$/", "[:alph", true},
	    {"/[[:alpha:]/", "z", false},
	    {"/x[]/", "x", false},
	    {"/x[^]y/", "x\ny", true},
	    {"/[]/", "a", false},
	    {"/[\\b]/", "\b", true},
	    {"/[\\]a]/", "]", true},
	    {"/[^\\]a]/", "]", false},
	    /* letters that PCRE2 has a use for */
	    {"/\\A\\Z\\z/", "AZz", true},
	    {"/\\h\\R\\K\\Q\\E/", "hRKQE", true},
	    {"/\\G\\X\\N\\e\\a/", "GXNea", true},
	    {"/\\p{L}/", "p{L}", true},
	    {"/\\v/", "\v", true},
	    {"/\\v/", "\n", false},
	    {"/\\y\\_\\%\\-\\/\\\"/", "y_%-/\"", true},
	    {"/[\\h\\Q]/", "Q", true},
	    /* numbers */
	    {"/\\x41\\u0042\\u{43}/u", "ABC", true},
	    {"/\\xg\\u12/", "xgu12", true},
	    {"/^\\u00e9$/", "\xc3\xa9", true},
	    {"/(a)\\1/", "aa", true},
	    {"/(a)?b\\1/", "b", true},
	    {"/\\cA/", "\x01", true},
	    {"/[\\0]/", "0", false},
	    {"/(?<n>a)\\k<n>/", "aa", true},
	    {"/\\k<n>/", "k<n>", true},
	    /* braces */
	    {"/a{2}/", "aa", true},
	    {"/a{2,}/", "a", false},
	    {"/a{,2}/", "a{,2}", true},
	    {"/a{x}/", "a{x}", true},
	    {"/${}/", "a", false},
	    {"/[${}]/", "$", true},
	    {"/a]}/", "a]}", true},
	    /* groups */
	    {"/a(?=b)/", "ab", true},
	    {"/a(?!b)/", "ab", false},
	    {"/(?<=a)b/", "ab", true},
	    {"/(?<!a)b/", "ab", false},
	    {"/(?:a|b)c/", "bc", true},
	    {"/a+?b*?/", "a", true},
	    /* bytes that are no UTF-8 */
	    {"/./", "\xff", false},
	    {"/a/",
		"\xff"
		"a",
		true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (test_one(rows[i].literal, str_of(rows[i].text)) !=
		    (rows[i].matches ? JS_MATCHES : JS_MATCHES_NOT))
			fail_msg("%s on %s", rows[i].literal, rows[i].text);
}

static void what_is_refused(void **state)
{
	static const char *const rows[] = {"", "/", "//", "latest", "/a", "/a/x", "/a/gg", "/a\n/",
	    "new RegExp('a')", "process.exit(1)", "/a/.source", "/a/;/b/", "/(/", "/)/", "/[/",
	    "/[a/", "/a**/", "/a++/", "/a{2}+/", "/*/", "/(*ACCEPT)/", "/(?i)a/", "/(?>a)/",
	    "/(?P<n>a)/", "/(?R)/", "/(?#x)/", "/(?|a)/", "/\\/", "/(?<1>a)/", "/[z-a]/",
	    "/a{3,2}/", "require('fs')", "(function(){})()", "/(?<=a+)b/"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct js_regex *regex = NULL;
		struct err err = ERR_INIT;

		if (js_regex_new(str_of(rows[i]), &regex, &err) == 0)
			fail_msg("%s: taken", rows[i]);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_null(regex);
	}
}

static void what_takes_too_long(void **state)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(1));
	struct js_regex *regex = NULL;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 60; i++)
		buf_addc(&text, 'a');
	buf_addc(&text, 'b');
	assert_int_equal(js_regex_new(STR("/^(a+)+$/"), &regex, &err), 0);
	assert_int_equal(js_regex_test(regex, buf_str(&text)), JS_GAVE_UP);
	assert_int_equal(js_regex_test(regex, STR("a")), JS_IS_OFF);
	js_regex_begin(regex);
	assert_int_equal(js_regex_test(regex, STR("a")), JS_MATCHES);
	js_regex_free(regex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_matches),
	    cmocka_unit_test(what_is_refused),
	    cmocka_unit_test(what_takes_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
