/* Fields of tar headers and records of pax headers, byte for byte. */
#include "read/codec/tar_header.h"
#include "with_cmocka.h"

static const struct {
	struct str field;
	bool valid;
	uint64_t value;
} numbers[] = {
    {STR_INIT("0000644\0"), true, 0644},
    {STR_INIT(" 644 \0  "), true, 0644},
    {STR_INIT("\0\0"
	      "17\0\0"),
	true, 017},
    {STR_INIT("644"), true, 0644},
    {STR_INIT("7\0"
	      "9"),
	true, 7},
    {STR_INIT(""), true, 0},
    {STR_INIT("        "), true, 0},
    {STR_INIT("\0\0\0"), true, 0},
    {STR_INIT("8"), false, 0},
    {STR_INIT("7/"), false, 0},
    {STR_INIT("7:"), false, 0},
    {STR_INIT("6 4"), false, 0},
    {STR_INIT("-1"), false, 0},
    {STR_INIT("0x1"), false, 0},
    /* 63 bits and no more */
    {STR_INIT("777777777777777777777"), true, INT64_MAX},
    {STR_INIT("1000000000000000000000"), false, 0},
    {STR_INIT("0777777777777777777777"), true, INT64_MAX},
    /* base 256: the first bit marks it, the second is the sign */
    {STR_INIT("\x80\x00\x01"), true, 1},
    {STR_INIT("\x81\x00"), true, 256},
    {STR_INIT("\xbf"), true, 63},
    {STR_INIT("\x80\x12\x34\xff"), true, 0x1234ff},
    {STR_INIT("\xff\xff"), false, 0},
    {STR_INIT("\xc0\x00"), false, 0},
    {STR_INIT("\x80\x7f\xff\xff\xff\xff\xff\xff\xff"), true, INT64_MAX},
    {STR_INIT("\x80\x80\x00\x00\x00\x00\x00\x00\x00"), false, 0},
    {STR_INIT("\x80\x01\x00\x00\x00\x00\x00\x00\x00\x00"), false, 0},
};

static void numbers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		uint64_t value = 4711;
		bool valid = tar_number(numbers[i].field, &value);

		if (valid != numbers[i].valid || value != (valid ? numbers[i].value : 4711))
			fail_msg("number %zu: %d, %llu", i, valid, (unsigned long long)value);
	}
}

static void set(char block[TAR_BLOCK], size_t at, struct str field)
{
	memcpy(block + at, field.p, field.n);
}

/* The sum as octal digits in its field, of unsigned or of signed bytes. */
static void set_sum(char block[TAR_BLOCK], bool is_signed, int more)
{
	long sum = more;

	memset(block + 148, ' ', 8);
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += is_signed ? (signed char)block[i] : (unsigned char)block[i];
	for (size_t i = 6; i-- > 0; sum /= 8)
		block[148 + i] = (char)('0' + sum % 8);
	block[154] = '\0';
}

static void sums_are_compared(void **state)
{
	char block[TAR_BLOCK] = {0};
	struct str whole = str_make(block, sizeof block);

	(void)state;
	set(block, 0, STR("name\xe9\xff"));
	set(block, 507, STR("tail\xfe"));
	set(block, 512 - 1, STR("\x7f"));
	set_sum(block, false, 0);
	assert_true(tar_block_has_checksum(whole));
	assert_false(tar_block_has_checksum(str_make(block, sizeof block - 1)));
	set_sum(block, true, 0);
	assert_true(tar_block_has_checksum(whole));
	set_sum(block, false, 1);
	assert_false(tar_block_has_checksum(whole));
	set_sum(block, false, -1);
	assert_false(tar_block_has_checksum(whole));
	set(block, 148, STR("notadigit"));
	assert_false(tar_block_has_checksum(whole));
	/* Whatever stands in the field itself does not count, and its last byte does belong to it.
	 */
	set(block, 148, STR("\0\0\0\0\0\0\0\0\0"));
	set_sum(block, false, 0);
	block[155] = 'x';
	assert_true(tar_block_has_checksum(whole));
	block[156]++;
	assert_false(tar_block_has_checksum(whole));
}

static void zero_blocks_are_known(void **state)
{
	char block[TAR_BLOCK] = {0};

	(void)state;
	assert_true(tar_block_is_zero(str_make(block, sizeof block)));
	block[0] = 1;
	assert_false(tar_block_is_zero(str_make(block, sizeof block)));
	block[0] = 0;
	block[TAR_BLOCK - 1] = 1;
	assert_false(tar_block_is_zero(str_make(block, sizeof block)));
}

static void assert_field(struct str is, const char *should)
{
	if (!str_eq(is, str_of(should)))
		fail_msg("\"" STR_FMT "\" is not \"%s\"", STR_ARG(is), should);
}

static void fields_are_where_they_should_be(void **state)
{
	char block[TAR_BLOCK];
	struct str whole = str_make(block, sizeof block);
	struct tar_header h;

	(void)state;
	/* Each byte says where it stands, so that a field one byte off is seen. */
	for (size_t i = 0; i < TAR_BLOCK; i++)
		block[i] = (char)('A' + i % 23);
	set(block, 100,
	    STR("0000755\0"
		"0001750\0"
		"0001751\0"
		"00000001234\0"
		"00000005670\0"));
	block[156] = '2';
	set(block, 257,
	    STR("ustar\0"
		"00"));
	set(block, 329,
	    STR("0000003\0"
		"0000004\0"));
	block[482] = '\0';
	tar_header_parse(whole, &h);
	assert_int_equal(h.name.n, 100);
	assert_ptr_equal(h.name.p, block);
	assert_int_equal(h.mode, 0755);
	assert_int_equal(h.size, 01234);
	assert_true(h.size_is_valid);
	assert_int_equal(h.type, '2');
	assert_int_equal(h.link.n, 100);
	assert_ptr_equal(h.link.p, block + 157);
	assert_int_equal(h.magic.n, 8);
	assert_int_equal(h.dev_major, 3);
	assert_int_equal(h.dev_minor, 4);
	/* The byte at 482 is a part of the prefix. */
	assert_int_equal(h.prefix.n, 482 - 345);
	assert_ptr_equal(h.prefix.p, block + 345);
	assert_false(h.sparse_continues);
	block[482] = 'x';
	tar_header_parse(whole, &h);
	assert_int_equal(h.prefix.n, 155);
	assert_true(h.sparse_continues);
	/* star: times in the last bytes of the prefix */
	set(block, 508, STR("tar\0"));
	tar_header_parse(whole, &h);
	assert_int_equal(h.prefix.n, 131);
	/* GNU has times there, but Go has a prefix if they are none */
	set(block, 257, STR("ustar  \0"));
	tar_header_parse(whole, &h);
	assert_int_equal(h.prefix.n, 155);
	set(block, 345,
	    STR("00000000012\0"
		"00000000013\0"));
	tar_header_parse(whole, &h);
	assert_int_equal(h.prefix.n, 0);
	/* v7: no device numbers either */
	assert_int_equal(h.dev_minor, 4);
	set(block, 257, STR("other  \0"));
	tar_header_parse(whole, &h);
	assert_int_equal(h.dev_major, 0);
	assert_int_equal(h.dev_minor, 0);
	/* Up to the first NUL; what is not a number is 0, or reported. */
	set(block, 0, STR("name\0rest"));
	set(block, 157, STR("to\0rest"));
	set(block, 100, STR("9999999\0"));
	set(block, 124, STR("99999999999\0"));
	tar_header_parse(whole, &h);
	assert_field(h.name, "name");
	assert_field(h.link, "to");
	assert_int_equal(h.mode, 0);
	assert_false(h.size_is_valid);
}

/* The bytes at 345 of a GNU header: the two times, or what Go takes for a prefix. */
static const struct {
	struct str bytes;
	const char *prefix;
} times[] = {
    {STR_INIT("etc/hidden\0"), "etc/hidden"},
    {STR_INIT("\0"), ""},
    {STR_INIT("00000000012\0"
	      "00000000013\0"),
	""},
    {STR_INIT(" 12 \0\0"), ""},
    {STR_INIT("00000000012\0"
	      "x"),
	"00000000012"},
    {STR_INIT("12 \0"
	      "3"),
	"12 "},
    {STR_INIT("8"), "8"},
    {STR_INIT("8\xc3\xa9"), ""},
    {STR_INIT("\x80\0\0\0\0\0\0\0\0\0\0\1"), ""},
    {STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), ""},
    {STR_INIT("\0"
	      "ab"),
	""},
};

static void times_of_gnu_may_be_a_prefix(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		char block[TAR_BLOCK] = {0};
		struct tar_header h;

		set(block, 257, STR("ustar  \0"));
		set(block, 345, times[i].bytes);
		tar_header_parse(str_make(block, sizeof block), &h);
		if (!str_eq(h.prefix, str_of(times[i].prefix)))
			fail_msg("%zu: " STR_FMT, i, STR_ARG(h.prefix));
	}
}

/* ---- pax ---- */

static const struct {
	struct str records;
	const char *error; /* NULL: read, and: */
	const char *path, *link;
	uint64_t size;
	bool has_size, is_sparse;
} pax[] = {
    {STR_INIT(""), NULL, NULL, NULL, 0, false, false},
    {STR_INIT("9 path=a\n"), NULL, "a", NULL, 0, false, false},
    {STR_INIT("12 path=abc\n"), NULL, "abc", NULL, 0, false, false},
    {STR_INIT("9 path=a\n9 path=b\n"), NULL, "b", NULL, 0, false, false},
    {STR_INIT("13 linkpath=a\n"), "record", NULL, NULL, 0, false, false},
    {STR_INIT("14 linkpath=a\n"), NULL, NULL, "a", 0, false, false},
    {STR_INIT("9 path=a\n8 path=\n"), NULL, NULL, NULL, 0, false, false},
    {STR_INIT("14 linkpath=a\n13 linkpath=\n"), NULL, NULL, NULL, 0, false, false},
    {STR_INIT("10 size=12\n"), "record", NULL, NULL, 0, false, false},
    {STR_INIT("11 size=12\n"), NULL, NULL, NULL, 12, true, false},
    {STR_INIT("11 size=12\n8 size=\n"), NULL, NULL, NULL, 12, false, false},
    {STR_INIT("11 size=1x\n"), "size", NULL, NULL, 0, false, false},
    {STR_INIT("28 size=9223372036854775807\n"), NULL, NULL, NULL, INT64_MAX, true, false},
    {STR_INIT("28 size=9223372036854775808\n"), "size", NULL, NULL, 0, false, false},
    {STR_INIT("22 GNU.sparse.major=1\n"), NULL, NULL, NULL, 0, false, true},
    {STR_INIT("16 GNU.sparse=1\n"), NULL, NULL, NULL, 0, false, false},
    {STR_INIT("11 mtime=1\n9 path=a\n7 a=b=\n"), NULL, "a", NULL, 0, false, false},
    {STR_INIT("15 path=a\nb=c\n\n"), NULL, "a\nb=c\n", NULL, 0, false, false},
    {STR_INIT("5 a=\n"), NULL, NULL, NULL, 0, false, false},
    {STR_INIT("5 =a\n"), "record", NULL, NULL, 0, false, false},
    {STR_INIT("4 =\n"), "record", NULL, NULL, 0, false, false},
    {STR_INIT("4 a\n"), "record", NULL, NULL, 0, false, false},
    {STR_INIT("3 \n"), "record", NULL, NULL, 0, false, false},
    {STR_INIT("2 "), "record", NULL, NULL, 0, false, false},
    {STR_INIT("8 path=a\n"), "record", NULL, NULL, 0, false, false},
    {STR_INIT("11 path=a\n"), "record", NULL, NULL, 0, false, false},
    {STR_INIT("9 path=ab"), "record", NULL, NULL, 0, false, false},
    {STR_INIT("11  path=a\n"), NULL, NULL, NULL, 0, false, false},
    {STR_INIT("x path=a\n"), "record", NULL, NULL, 0, false, false},
    {STR_INIT("path=a\n"), "record", NULL, NULL, 0, false, false},
    {STR_INIT("00000000009 path=a\n"), "record", NULL, NULL, 0, false, false},
    {STR_INIT("00000000019 path=a\n"), NULL, "a", NULL, 0, false, false},
    {STR_INIT("000000000020 path=a\n"), "record", NULL, NULL, 0, false, false},
};

static bool is_same(bool has, struct str is, const char *should)
{
	return has == (should != NULL) && (!has || str_eq(is, str_of(should)));
}

static void pax_records_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pax); i++) {
		struct tar_pax got = {0};
		struct err err = ERR_INIT;
		int failed = tar_pax_parse(pax[i].records, &got, &err);

		if ((failed != 0) != (pax[i].error != NULL))
			fail_msg("record %zu: %s", i, failed ? err.text : "taken");
		if (failed) {
			assert_int_equal(err.code, ERR_FORMAT);
			assert_non_null(strstr(err.text, pax[i].error));
			continue;
		}
		if (!is_same(got.has_path, got.path, pax[i].path) ||
		    !is_same(got.has_link, got.link, pax[i].link) ||
		    got.has_size != pax[i].has_size || (got.has_size && got.size != pax[i].size) ||
		    got.is_sparse != pax[i].is_sparse)
			fail_msg("record %zu is read otherwise", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_are_read),
	    cmocka_unit_test(sums_are_compared),
	    cmocka_unit_test(zero_blocks_are_known),
	    cmocka_unit_test(fields_are_where_they_should_be),
	    cmocka_unit_test(times_of_gnu_may_be_a_prefix),
	    cmocka_unit_test(pax_records_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
