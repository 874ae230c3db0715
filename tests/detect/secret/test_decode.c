/* What texts say once they are decoded, and where the secrets of it are said to be. */
#include "detect/secret/decode.h"
#include "detect/secret/decode_look.h"
#include "secret_fixture.h"

/* ---- the first look ---- */

/* The same, byte by byte. */
static bool is_place(struct str text, size_t at, enum look_kind *ret_kind)
{
	static const char marks[] = "%&\\", quotes[] = "\"'`";
	char c = text.p[at], next = at + 1 < text.n ? text.p[at + 1] : '\0';
	size_t from = at;

	while (from > 0 && at - from < LOOK_RUN_MIN && look_is_run_byte(text.p[from - 1]))
		from--;
	*ret_kind = LOOK_MARK;
	if (look_is_run_byte(c)) {
		*ret_kind = LOOK_RUN;
		return at - from == LOOK_RUN_MIN - 1;
	}
	if (strchr(marks, c))
		return next && strchr("0123456789abcdefABCDEFuxUX#glq", next);
	return strchr(quotes, c) && at > 0 && look_is_run_byte(text.p[at - 1]) && next &&
	       strchr(" \t\n\r+.&\\\"'`", next);
}

static void the_first_look_misses_nothing(void **state)
{
	static const char bytes[] = "aZ9+/-_ .\n%&\\\"'`u#x\x80";
	char text[700];
	uint32_t random = 1;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct decode_look look;
		size_t n = round * 2 + 1, at, seen = 0;
		enum look_kind kind, should;

		for (size_t i = 0; i < n; i++) {
			random = random * 1664525 + 1013904223;
			/* Runs are long in some rounds. */
			text[i] =
			    random >> 24 > (round & 7) * 30 ? bytes[(random >> 16) % 20] : 'k';
		}
		look_init(&look, str_make(text, n));
		while ((kind = look_next(&look, 0, &at)) != LOOK_END) {
			for (; seen < at; seen++)
				assert_false(is_place(str_make(text, n), seen, &should));
			/* What is behind a block is not looked at. */
			if (is_place(str_make(text, n), at, &should))
				assert_int_equal(kind, should);
			else
				assert_int_equal(at % LOOK_BLOCK, LOOK_BLOCK - 1);
			seen = at + 1;
		}
		for (; seen < n; seen++)
			assert_false(is_place(str_make(text, n), seen, &should));
	}
}

/* ---- texts ---- */

struct text_case {
	const char *text, *decoded; /* NULL: nothing is encoded */
};

static const struct text_case texts[] = {
    {"plain text of words, paths/like/this/one.c and CONSTANT_NAMES_OF_CODE", NULL},
    {"deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", NULL},
    /* base64 */
    {"k: c29tZSB0ZXh0IGhlcmU= ;", "k: some text here ;"},
    {"k: c29tZSB0ZXh0IGhlcmU;", "k: some text here;"},
    {"k: c29tZSB0ZXh0IGhlcmUhIQ==", "k: some text here!!"},
    {"k: c29tZSB0ZXh0IGhl", "k: some text he"},
    {"k: c29tZSB0ZXh0IGh", NULL},
    {"url/path/c29tZSB0ZXh0IGhlcmU=", "url/path/some text here"},
    {"k: Yms_Yms-Yms_Yms-", "k: bk?bk>bk?bk>"},
    {"k: Yms/Yms+Yms/Yms+", "k: bk?bk>bk?bk>"},
    {"k:\n  c29tZSB0ZXh0IHRo\n  YXQgaXMgd3JhcHBl\n  ZA==\nmore: words",
	"k:\n  some text that is wrapped\nmore: words"},
    {"'c29tZSB0ZXh0IHRo' +\n 'YXQgaXMgd3JhcHBl' +\n 'ZA==';", "'some text that is wrapped';"},
    {"\"c29tZSB0ZXh0IHRo\\nYXQgaXMgd3JhcHBl\\nZA==\\n\"", "\"some text that is wrapped\\n\""},
    {"c29tZSB0ZXh0IGhlcmUh\nmore: words", "some text here!\nmore: words"},
    {"k: cwBvAG0AZQAgAHQAZQB4AHQA", "k: some text"},
    /* hexadecimal digits */
    {"k = 736f6d65207465787420696e20646967697473;", "k = some text in digits;"},
    {"0x736F6D65207465787420696E20646967697473", "0xsome text in digits"},
    {"736f6d6520746578742069", NULL},
    {"736f6d65207465787420696e206c696e\n6573\nx\n", "some text in lines\nx\n"},
    /* single characters */
    {"a=%41%62%2D%2d%5F", "a=Ab--_"},
    {"a=%4", NULL},
    {"a=%20b%0A", NULL},
    {"a=%41%20%42", "a=A B"},
    {"\\u0041\\x42\\u{43}\\U00000044\\u{}", "ABCD\\u{}"},
    {"\\u0041\\ud83d\\ude00\\ud83d", "A\xf0\x9f\x98\x80\\ud83d"},
    {"\\u004", NULL},
    {"&#65;&#x42;&#X63;&lowbar;&amp;", "ABc_&"},
    {"&amp; &lt;b&gt; &#; &#x; &#1114112; &nothing;", NULL},
    /* literals */
    {"x = \"abc\" + \"def\";", "x = \"abcdef\";"},
    {"x = 'abc' . 'def' . 'g';", "x = 'abcdefg';"},
    {"x = \"abc\"\n\t\"def\"", "x = \"abcdef\""},
    {"x = \"abc\" \\\n\t\"def\"", "x = \"abcdef\""},
    {"x = 'abc' || 'def'", "x = 'abcdef'"},
    {"x = 'abc' .. \"def\"", "x = 'abcdef\""},
    {"x = \"abc \" + \"def\", \"a\", \"b\" + c + \"d\"", NULL},
    {"x = \"abc\\n\"\n\"def\"", NULL},
    {"x = \"abc\" + + + \"def\"", NULL},
    {"x = \"abc\" -> \"def\"", NULL},
};

static void assert_decodes(struct arena *arena, const struct text_case *c)
{
	struct decoded d;
	struct err err = ERR_INIT;

	assert_int_equal(decode_text(str_of(c->text), NULL, arena, &d, &err), 0);
	assert_false(d.full);
	if (!str_eq(buf_str(&d.text), str_of(c->decoded ? c->decoded : "")))
		fail_msg("\"%s\" is decoded to \"" STR_FMT "\", not to \"%s\"", c->text,
		    STR_ARG(buf_str(&d.text)), c->decoded ? c->decoded : "");
	decoded_release(&d);
}

static void texts_are_decoded(void **state)
{
	struct arena arena CLEANUP(arena_release) = {0};

	(void)state;
	arena_init(&arena, MIB(1));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_decodes(&arena, &texts[i]);
}

/* ---- places ---- */

struct place_case {
	const char *text, *encoding; /* NULL: nothing is found */
	uint32_t line, column, end_line, end_column;
};

#define RULES "{\"Token\": \"tok_[a-z0-9]{12}(?![a-z0-9])\"}"

static const struct place_case places[] = {
    {"a tok_abcdef012345 b", "", 1, 3, 1, 19},
    {"a %74%6f%6b_abcdef012345 b", "percent", 1, 3, 1, 25},
    {"\n\xc3\xa4 \\u0074ok_abcdef012345", "escape", 2, 3, 2, 24},
    {"tok&#95;abcdef012345", "entity", 1, 1, 1, 21},
    {"x\n 'tok_abc'\n + 'def012345'", "joined", 2, 3, 3, 14},
    {"746f6b5f61626364656630313233343521", "hex", 1, 1, 1, 33},
    {"a: dG9rX2FiY2RlZjAxMjM0NQ==", "base64", 1, 4, 1, 26},
    {"a: eCB0b2tfYWJjZGVm\n   MDEyMzQ1IHh4\n", "base64", 1, 6, 2, 12},
    {"ZEc5clgyRmlZMlJsWmpBeE1qTTBOUT09", "base64,base64", 1, 1, 1, 31},
    {"%64G9rX2FiY2RlZjAxMjM0NQ%3D%3D", "percent,base64", 1, 1, 1, 25},
    {"dG9rJTVmYWJjZGVmMDEyMzQ1", "base64,percent", 1, 1, 1, 25},
    {"dABvAGsAXwBhAGIAYwBkAGUAZgAwADEAMgAzADQANQA=", "base64,utf-16le", 1, 1, 1, 45},
    /* A plain one is not found again by what else is decoded beside it. */
    {"tok_abcdef012345 %41", "", 1, 1, 1, 17},
    {"dG9rX2FiY2RlZjAxMjM0NQcH", NULL, 0, 0, 0, 0},
};

static void assert_found(struct fixture *f, const struct place_case *c)
{
	const struct place *at;

	scan(f, str_of(c->text));
	if (f->report.findings.n != (c->encoding != NULL))
		fail_msg("%zu findings in \"%s\"", f->report.findings.n, c->text);
	if (!c->encoding)
		return;
	at = &f->report.findings.p[0].places[0];
	assert_int_equal(f->report.findings.p[0].n_places, 1);
	if (!str_eq(at->origin.encoding, str_of(c->encoding)))
		fail_msg(
		    "\"%s\": encoded as \"" STR_FMT "\"", c->text, STR_ARG(at->origin.encoding));
	if (at->line != c->line || at->column != c->column || at->end_line != c->end_line ||
	    at->end_column != c->end_column)
		fail_msg("\"%s\": found at %u:%u-%u:%u", c->text, at->line, at->column,
		    at->end_line, at->end_column);
}

static void what_is_encoded_is_found(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, RULES);
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		assert_found(&f, &places[i]);
	fixture_release(&f);
}

static void plain_and_encoded_are_one_finding(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, RULES);
	scan(&f, STR("tok_abcdef012345\ndG9rX2FiY2RlZjAxMjM0NQ==\n%74ok_abcdef012345\n"));
	assert_int_equal(f.report.findings.n, 1);
	assert_int_equal(f.report.findings.p[0].n_places, 3);
	fixture_release(&f);
}

/* Deeper than is decoded, and around the end of a step. */
static void depth_has_an_end(void **state)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct arena arena CLEANUP(arena_release) = {0};
	struct str text = STR("tok_abcdef012345, ");
	struct fixture f;

	(void)state;
	fixture_init(&f, RULES);
	arena_init(&arena, MIB(1));
	for (unsigned depth = 1; depth <= 6; depth++) {
		char *out = arena_alloc(&arena, text.n / 3 * 4);

		for (size_t i = 0, n = 0; i < text.n; i += 3) {
			const unsigned char *p = (const unsigned char *)text.p + i;
			uint32_t bits = (uint32_t)(p[0] << 16 | p[1] << 8 | p[2]);

			for (unsigned shift = 24; shift > 0; shift -= 6)
				out[n++] = digits[bits >> (shift - 6) & 63];
		}
		text = str_make(out, text.n / 3 * 4);
		scan(&f, text);
		assert_int_equal(f.report.findings.n, depth <= 5);
		while (text.n % 3 != 0)
			text = arena_fmt(&arena, STR_FMT " ", STR_ARG(text));
	}
	fixture_release(&f);
}

/* A text of 32 bits a character, and one of EBCDIC. */
static void other_alphabets_are_found(void **state)
{
	static const char host[] = "\x96\x95\x85\x25\x83\x40\xa3\x96\x92\x6d\x81\x82\x83\x84"
				   "\x85\x86\xf0\xf1\xf2\xf3\xf4\xf5\x25\xa3\xa6\x96\x25";
	char wide[4 * 24] = {0};
	const struct place *at;
	struct fixture f;

	(void)state;
	fixture_init(&f, RULES);
	for (size_t i = 0; i < 22; i++)
		wide[4 * i] = "one\nc tok_abcdef012345 "[i];
	scan(&f, str_make(wide, sizeof wide - 8));
	assert_int_equal(f.report.findings.n, 1);
	at = &f.report.findings.p[0].places[0];
	assert_true(str_eq(at->origin.encoding, STR("utf-32le")));
	assert_int_equal(at->line, 2);
	assert_int_equal(at->column, 3);
	scan(&f, STR(host));
	assert_int_equal(f.report.findings.n, 1);
	at = &f.report.findings.p[0].places[0];
	assert_true(str_eq(at->origin.encoding, STR("cp037")));
	assert_int_equal(at->line, 2);
	assert_int_equal(at->end_column, 19);
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_look_misses_nothing),
	    cmocka_unit_test(texts_are_decoded),
	    cmocka_unit_test(what_is_encoded_is_found),
	    cmocka_unit_test(plain_and_encoded_are_one_finding),
	    cmocka_unit_test(depth_has_an_end),
	    cmocka_unit_test(other_alphabets_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
