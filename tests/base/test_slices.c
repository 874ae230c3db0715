/* str, buf, utf8, rd, vec, err: the small things that all others stand on. */
#include "base/buf.h"
#include "base/err.h"
#include "base/rd.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "with_cmocka.h"

#include <errno.h>

static void assert_str(struct str got, struct str want)
{
	assert_int_equal(got.n, want.n);
	if (want.n > 0)
		assert_memory_equal(got.p, want.p, want.n);
}

static void test_str_parts(void **state)
{
	struct str s = STR("abcdef");

	(void)state;
	assert_str(str_sub(s, 2, 3), STR("cde"));
	assert_str(str_sub(s, 4, 99), STR("ef"));
	assert_str(str_sub(s, 99, 1), STR(""));
	assert_str(str_sub(s, 1, SIZE_MAX), STR("bcdef"));
	assert_int_equal(str_of(NULL).n, 0);
	assert_true(str_starts(s, STR("abc")));
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_true(str_ends(s, STR("def")));
	assert_false(str_ends(STR("f"), STR("ef")));
	assert_true(str_starts_nocase(STR("FROM x"), STR("from")));
}

static void test_str_compare(void **state)
{
	(void)state;
	assert_true(str_eq(STR_NONE, STR("")));
	assert_false(str_eq(STR("a"), STR("A")));
	assert_true(str_eq_nocase(STR("aZ-"), STR("Az-")));
	assert_false(str_eq_nocase(STR("["), STR("{")));
	assert_int_equal(str_cmp(STR("ab"), STR("abc")), -1);
	assert_int_equal(str_cmp(STR("b"), STR("abc")), 1);
	assert_int_equal(str_cmp(STR_NONE, STR_NONE), 0);
	assert_int_equal(str_cmp(STR("\xff"), STR("a")), 1);
}

static void test_str_find(void **state)
{
	struct str s = str_make("a\0b\0c", 5);

	(void)state;
	assert_int_equal(str_chr(s, '\0'), 1);
	assert_int_equal(str_rchr(s, '\0'), 3);
	assert_int_equal(str_chr(s, 'x'), STR_NPOS);
	assert_int_equal(str_rchr(STR_NONE, 'x'), STR_NPOS);
	assert_int_equal(str_find(s, STR("c")), 4);
	assert_int_equal(str_find(STR_NONE, STR("")), 0);
	assert_true(str_has(STR("needle in hay"), STR("in ")));
	assert_false(str_has(STR("ne"), STR("nee")));
}

static void test_str_cut(void **state)
{
	struct str rest = STR("a,,b,"), piece, after;

	(void)state;
	assert_true(str_cut(&rest, ',', &piece));
	assert_str(piece, STR("a"));
	assert_true(str_cut(&rest, ',', &piece));
	assert_str(piece, STR(""));
	assert_true(str_cut(&rest, ',', &piece));
	assert_str(piece, STR("b"));
	assert_false(str_cut(&rest, ',', &piece));
	assert_false(str_split(STR("a"), '=', &piece, &after));
	assert_true(str_split(STR("a=b=c"), '=', &piece, &after));
	assert_str(after, STR("b=c"));
	assert_str(str_trim(STR(" \t\r\n\v\fx y \n")), STR("x y"));
	assert_str(str_trim(STR(" \n ")), STR(""));
}

static void test_str_number(void **state)
{
	uint64_t value = 7;

	(void)state;
	assert_true(str_to_u64(STR("18446744073709551615"), &value));
	assert_true(value == UINT64_MAX);
	assert_false(str_to_u64(STR("18446744073709551616"), &value));
	assert_false(str_to_u64(STR("99999999999999999999"), &value));
	assert_false(str_to_u64(STR(""), &value));
	assert_false(str_to_u64(STR("-1"), &value));
	assert_false(str_to_u64(STR("1 "), &value));
	assert_true(value == UINT64_MAX);
	assert_true(str_to_u64(STR("000"), &value));
	assert_true(value == 0);
}

static void test_buf_cap(void **state)
{
	struct buf b = BUF_INIT(8);

	(void)state;
	assert_string_equal(buf_cstr(&b), "");
	buf_add(&b, STR("1234"));
	buf_addf(&b, "%d", 5678);
	assert_true(buf_ok(&b));
	assert_string_equal(buf_cstr(&b), "12345678");
	buf_addc(&b, '9');
	assert_false(buf_ok(&b));
	buf_add(&b, STR(""));
	assert_false(buf_ok(&b));
	assert_string_equal(buf_cstr(&b), "12345678");
	buf_clear(&b);
	assert_true(buf_ok(&b));
	assert_null(buf_room(&b, 9));
	buf_clear(&b);
	buf_addf(&b, "%s", "123456789");
	assert_false(buf_ok(&b));
	buf_release(&b);
}

static void test_buf_room_and_take(void **state)
{
	struct buf b = BUF_INIT(1000);
	char *room = buf_room(&b, 3), *taken;
	struct err err = ERR_INIT;

	(void)state;
	memcpy(room, "xyz", 3);
	buf_commit(&b, 2);
	taken = buf_take(&b);
	assert_string_equal(taken, "xy");
	free(taken);
	taken = buf_take(&b);
	assert_string_equal(taken, "");
	free(taken);
	assert_int_equal(buf_err(&b, "the report", &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "the report"));
}

static void test_buf_safe(void **state)
{
	struct buf b = BUF_INIT(1000);

	(void)state;
	/* escape sequence, DEL, C1, broken UTF-8, right-to-left override, and good text */
	buf_add_safe(&b, STR("\x1b[2J\x7f\xc2\x9b\xff\xe2\x80\xae h\xc3\xa9"));
	assert_string_equal(buf_cstr(&b), "\\x1b[2J\\x7f\\xc2\\x9b\\xff\\xe2\\x80\\xae h\xc3\xa9");
	buf_release(&b);
}

static void test_utf8_round_trip(void **state)
{
	(void)state;
	for (uint32_t rune = 0; rune <= 0x110000; rune++) {
		char bytes[4];
		size_t n = utf8_encode(rune, bytes);
		uint32_t back = 0;

		if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) {
			assert_int_equal(n, 0);
			continue;
		}
		if (utf8_decode(str_make(bytes, n), &back) != n || back != rune)
			fail_msg("U+%04X", rune);
		if (utf8_decode(str_make(bytes, n - 1), &back) != 0)
			fail_msg("U+%04X cut short", rune);
	}
}

static void test_utf8_broken(void **state)
{
	static const char *const broken[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf",
	    "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82",
	    "\xe2\x28\xa1", "\xff"};
	uint32_t rune = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		assert_int_equal(utf8_decode(str_of(broken[i]), &rune), 0);
		assert_false(utf8_valid(str_of(broken[i])));
	}
	assert_int_equal(rune, 42);
	assert_int_equal(utf8_count(STR("a\xc3\xa9\xff\xf0\x9f\x9a\xa2")), 4);
	assert_true(rune_is_printable(0x1f6a2));
	assert_false(rune_is_printable(0x85));
	assert_false(rune_is_printable(0x202e));
	assert_false(rune_is_printable(0x2066));
}

static void test_rd(void **state)
{
	struct rd r = rd_of(STR("\x01\x02\x03\x04\x05\x06\x07\x08\x02\0\0\0hi\xff\0\0\0"));
	struct rd before;
	struct str s = STR("kept");
	uint32_t u32 = 9;
	uint64_t u64;
	uint8_t u8;

	(void)state;
	assert_true(rd_u64le(&r, &u64));
	assert_true(u64 == 0x0807060504030201);
	assert_true(rd_str(&r, &s));
	assert_str(s, STR("hi"));
	before = r;
	assert_false(rd_str(&r, &s)); /* says 255, has none */
	assert_ptr_equal(r.p, before.p);
	assert_str(s, STR("hi"));
	assert_false(rd_u64le(&r, &u64));
	assert_false(rd_skip(&r, 5));
	assert_true(rd_u32le(&r, &u32));
	assert_int_equal(u32, 255);
	assert_false(rd_u8(&r, &u8));
	assert_int_equal(rd_left(&r), 0);
	r = rd_of(STR_NONE);
	assert_false(rd_u8(&r, &u8));
	assert_true(rd_skip(&r, 0));
}

static void test_vec(void **state)
{
	VEC(size_t) numbers = {0};
	struct arena arena;

	(void)state;
	arena_init(&arena, KIB(4));
	for (size_t i = 0; i < 100; i++)
		assert_true(vec_push(&numbers, &arena, i * i));
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(numbers.p[i], i * i);
	while (vec_push(&numbers, &arena, 0))
		continue;
	assert_int_equal(numbers.n, numbers.cap);
	assert_int_equal(numbers.p[99], 99 * 99);
	arena_release(&arena);
}

static void test_err_text(void **state)
{
	struct err err = ERR_INIT;
	char long_text[600];

	(void)state;
	assert_int_equal(err_set(&err, ERR_FORMAT, "line %d: bad\nnext\x1b[m", 3), -1);
	assert_string_equal(err.text, "line 3: bad?next?[m");
	assert_int_equal(err_wrap(&err, "layer %u", 2U), -1);
	assert_string_equal(err.text, "layer 2: line 3: bad?next?[m");
	assert_int_equal(err.code, ERR_FORMAT);
	memset(long_text, '.', sizeof long_text);
	long_text[sizeof long_text - 1] = '\0';
	(void)err_set(&err, ERR_IO, "%s", long_text);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	assert_string_equal(err.text + sizeof err.text - 4, "...");
	(void)err_wrap(&err, "%s", long_text);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	/* What does not fit of a word is not a part of a key. */
	memset(long_text + sizeof err.text - 20, 'k', 40);
	(void)err_set(&err, ERR_IO, "%s", long_text);
	assert_null(strchr(err.text, 'k'));
	assert_string_equal(err.text + strlen(err.text) - 4, "....");
	errno = ENOENT;
	(void)err_sys(&err, "cannot open %s", "x");
	assert_int_equal(err.sys, ENOENT);
	assert_string_equal(err.text, "cannot open x: No such file or directory");
}

static void test_err_exit_codes(void **state)
{
	static const struct {
		enum err_code code;
		int exit_code;
	} rows[] = {{ERR_NONE, 0}, {ERR_USAGE, 2}, {ERR_CONFIG, 3}, {ERR_FORMAT, 4}, {ERR_IO, 4},
	    {ERR_DATABASE, 5}, {ERR_INTERRUPTED, 130}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {.code = rows[i].code};

		assert_int_equal(err_exit_code(&err), rows[i].exit_code);
	}
	assert_string_equal(err_code_name(ERR_NOMEM), "out of memory");
	assert_string_equal(err_code_name((enum err_code)999), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_str_parts),
	    cmocka_unit_test(test_str_compare),
	    cmocka_unit_test(test_str_find),
	    cmocka_unit_test(test_str_cut),
	    cmocka_unit_test(test_str_number),
	    cmocka_unit_test(test_buf_cap),
	    cmocka_unit_test(test_buf_room_and_take),
	    cmocka_unit_test(test_buf_safe),
	    cmocka_unit_test(test_utf8_round_trip),
	    cmocka_unit_test(test_utf8_broken),
	    cmocka_unit_test(test_rd),
	    cmocka_unit_test(test_vec),
	    cmocka_unit_test(test_err_text),
	    cmocka_unit_test(test_err_exit_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
