/* gzip members made by hand: every field of the header and the trailer, and their ends. */
#include "base/buf.h"
#include "read/codec/codec.h"
#include "with_cmocka.h"

enum { HCRC = 2, EXTRA = 4, NAME = 8, COMMENT = 16 };

static uint32_t crc_of(struct str s)
{
	uint32_t crc = ~0U;

	for (size_t i = 0; i < s.n; i++) {
		crc ^= (unsigned char)s.p[i];
		for (unsigned k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return ~crc;
}

static void add_number(struct buf *out, uint32_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_addc(out, (char)(value >> 8 * i & 0xff));
}

/* What is wrong with a member. */
struct bent {
	int method, flags;
	bool header_crc, data_crc, length;
};

/* One member that stores `data` as it is. */
static void add_member(struct buf *out, struct str data, unsigned flags, struct bent bent)
{
	size_t start = out->n;

	buf_add(out, STR("\x1f\x8b"));
	buf_addc(out, (char)(8 + bent.method));
	buf_addc(out, (char)(flags | (unsigned)bent.flags));
	buf_add(out, STR("\1\2\3\4\5\6"));
	if (flags & EXTRA) {
		add_number(out, 258, 2);
		for (unsigned i = 0; i < 258; i++)
			buf_addc(out, (char)i);
	}
	if (flags & NAME)
		buf_add(out, STR("name\0"));
	if (flags & COMMENT)
		buf_add(out, STR("comment\0"));
	if (flags & HCRC)
		add_number(out,
		    crc_of(str_sub(buf_str(out), start, out->n)) + (bent.header_crc ? 1 : 0), 2);
	buf_addc(out, 1); /* the last block, stored */
	add_number(out, (uint32_t)data.n, 2);
	add_number(out, ~(uint32_t)data.n & 0xffff, 2);
	buf_add(out, data);
	add_number(out, crc_of(data) + (bent.data_crc ? 1 : 0), 4);
	add_number(out, (uint32_t)data.n + (bent.length ? 1 : 0), 4);
}

/* Everything, in pieces of that size; false: err says why. */
static bool inflate(struct str bytes, size_t piece, struct buf *out, struct err *err)
{
	struct stream *s CLEANUP(stream_cleanup) = NULL;
	const struct codec *codec = NULL;
	size_t n = 1;

	assert_int_equal(stream_of_bytes(bytes, &s, err), 0);
	if (codec_push(&s, &codec, err) != 0)
		return false;
	while (n > 0) {
		char *room = buf_room(out, piece);

		assert_non_null(room);
		if (stream_pull(s, room, piece, &n, err) != 0)
			return false;
		assert_true(n <= piece);
		buf_commit(out, n);
	}
	return true;
}

static void assert_inflates(const struct buf *bytes, const char *should)
{
	static const size_t pieces[] = {4000, 1, 7};

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
		struct err err = ERR_INIT;

		if (!inflate(buf_str(bytes), pieces[i], &out, &err))
			fail_msg("%s", err.text);
		if (!str_eq(buf_str(&out), str_of(should)))
			fail_msg("\"" STR_FMT "\" is not \"%s\"", STR_ARG(buf_str(&out)), should);
	}
}

static void assert_refused(struct str bytes, enum err_code code, const char *words)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct err err = ERR_INIT;

	if (inflate(bytes, 100, &out, &err))
		fail_msg("taken, not \"%s\"", words);
	if (err.code != code || !strstr(err.text, words))
		fail_msg("\"%s\" is not \"%s\"", err.text, words);
}

static void every_header_is_read(void **state)
{
	(void)state;
	for (unsigned flags = 0; flags < 32; flags++) {
		struct buf bytes CLEANUP(buf_release) = BUF_INIT(KIB(64));

		add_member(&bytes, STR("hello"), flags, (struct bent){0});
		assert_inflates(&bytes, "hello");
	}
}

static void members_follow_each_other(void **state)
{
	struct buf bytes CLEANUP(buf_release) = BUF_INIT(KIB(64));

	(void)state;
	add_member(&bytes, STR("one "), NAME, (struct bent){0});
	add_member(&bytes, STR(""), 0, (struct bent){0});
	add_member(&bytes, STR("two"), HCRC | EXTRA, (struct bent){0});
	assert_inflates(&bytes, "one two");
	buf_addc(&bytes, '\0');
	assert_refused(buf_str(&bytes), ERR_FORMAT, "bytes follow the end of the gzip data");
	bytes.n--;
	buf_add(&bytes, STR("\x1f"));
	assert_refused(buf_str(&bytes), ERR_FORMAT, "gzip data ends in the middle");
	buf_add(&bytes, STR("x"));
	assert_refused(buf_str(&bytes), ERR_FORMAT, "bytes follow the end of the gzip data");
}

static void each_mistake_is_named(void **state)
{
	static const struct {
		struct bent bent;
		unsigned flags;
		const char *words;
	} rows[] = {
	    {{.method = 1}, 0, "method 9 and flags 0x00"},
	    {{.method = -1}, NAME, "method 7 and flags 0x08"},
	    {{.flags = 0x20}, 0, "method 8 and flags 0x20"},
	    {{.flags = 0x80}, 0, "method 8 and flags 0x80"},
	    {{.header_crc = true}, HCRC, "gzip header has the wrong checksum"},
	    {{.header_crc = true}, HCRC | COMMENT, "gzip header has the wrong checksum"},
	    {{.data_crc = true}, 0, "gzip data has the wrong checksum"},
	    {{.length = true}, 0, "gzip data has the wrong length"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf bytes CLEANUP(buf_release) = BUF_INIT(KIB(64));

		add_member(&bytes, STR("first"), 0, (struct bent){0});
		add_member(&bytes, STR("hello"), rows[i].flags, rows[i].bent);
		assert_refused(buf_str(&bytes), ERR_FORMAT, rows[i].words);
		buf_clear(&bytes);
		add_member(&bytes, STR("hello"), rows[i].flags, rows[i].bent);
		assert_refused(buf_str(&bytes), ERR_FORMAT, rows[i].words);
	}
}

/* Without a look at its first bytes. */
static void what_does_not_begin_as_gzip_is_named(void **state)
{
	static const char *const texts[] = {"x", "plain text", "\x1fx", "x\x8b"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct stream *s CLEANUP(stream_cleanup) = NULL;
		struct err err = ERR_INIT;
		char byte;
		size_t n;

		assert_int_equal(stream_of_bytes(str_of(texts[i]), &s, &err), 0);
		assert_int_equal(gzip_push(&s, &err), 0);
		assert_int_equal(stream_pull(s, &byte, 1, &n, &err), -1);
		assert_int_equal(err.code, ERR_FORMAT);
		assert_string_equal(err.text,
		    strlen(texts[i]) == 1 ? "gzip data ends in the middle"
					  : "this is not gzip data: it does not begin like it");
	}
}

/* Wherever it is cut, it is not gzip data or it ends in the middle. */
static void a_cut_is_seen_at_every_byte(void **state)
{
	struct buf bytes CLEANUP(buf_release) = BUF_INIT(KIB(64));

	(void)state;
	add_member(&bytes, STR("hello"), HCRC | EXTRA | NAME | COMMENT, (struct bent){0});
	for (size_t n = 2; n < bytes.n; n++)
		assert_refused(str_sub(buf_str(&bytes), 0, n), ERR_FORMAT, "ends in the middle");
	/* A stored block whose second length does not fit the first. */
	bytes.n = 0;
	add_member(&bytes, STR("hello"), 0, (struct bent){0});
	bytes.p[13] ^= 1;
	assert_refused(buf_str(&bytes), ERR_FORMAT, "gzip data is damaged");
}

static void compressions_are_known_by_their_first_bytes(void **state)
{
	static const struct {
		struct str bytes;
		const char *refused; /* NULL: taken for uncompressed */
	} rows[] = {
	    {STR_INIT("\x28\xb5\x2f\xfd--"), "compressed with zstd"},
	    {STR_INIT("\xfd"
		      "7zXZ\0--"),
		"compressed with xz"},
	    {STR_INIT("\xfd"
		      "7zXZ--"),
		NULL},
	    {STR_INIT("BZh9"), "compressed with bzip2"},
	    {STR_INIT("\x04\x22\x4d\x18"), "compressed with lz4"},
	    {STR_INIT("LZIP"), "compressed with lzip"},
	    {STR_INIT("\x1f\x9d"), "compressed with compress"},
	    {STR_INIT("\x1f"), NULL},
	    {STR_INIT(""), NULL},
	    {STR_INIT("plain"), NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));
		struct err err = ERR_INIT;

		if (rows[i].refused) {
			assert_refused(rows[i].bytes, ERR_UNSUPPORTED, rows[i].refused);
			continue;
		}
		assert_true(inflate(rows[i].bytes, 3, &out, &err));
		assert_true(str_eq(buf_str(&out), rows[i].bytes));
	}
}

/* A plain archive whose first file has a name that begins as a compression does. */
static void an_archive_is_no_compression(void **state)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));
	char block[512] = "BZhandler";
	struct err err = ERR_INIT;
	unsigned sum = 0;

	(void)state;
	memset(block + 148, ' ', 8);
	for (size_t i = 0; i < sizeof block; i++)
		sum += (unsigned char)block[i];
	for (size_t i = 6; i-- > 0; sum /= 8)
		block[148 + i] = (char)('0' + sum % 8);
	assert_true(inflate(str_make(block, sizeof block), 100, &out, &err));
	assert_int_equal(out.n, sizeof block);
	block[148]++;
	assert_refused(str_make(block, sizeof block), ERR_UNSUPPORTED, "compressed with bzip2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_header_is_read),
	    cmocka_unit_test(members_follow_each_other),
	    cmocka_unit_test(each_mistake_is_named),
	    cmocka_unit_test(what_does_not_begin_as_gzip_is_named),
	    cmocka_unit_test(a_cut_is_seen_at_every_byte),
	    cmocka_unit_test(compressions_are_known_by_their_first_bytes),
	    cmocka_unit_test(an_archive_is_no_compression),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
