/* Archives entry by entry: what is given, what is refused, where reading ends. */
#include "base/buf.h"
#include "read/codec/tar.h"
#include "read/codec/tar_header.h"
#include "with_cmocka.h"

#include <stdio.h>
#include <sys/stat.h>

/* One header that is made, and the body behind it. */
struct made {
	char type;
	const char *name;
	const char *link;
	struct str body;
	const char *prefix;
	const char *size; /* another than the body's, octal */
	bool v7, no_padding, bad_sum, devices, sparse_continues;
	unsigned mode;
};

static void add_header(struct buf *out, const struct made *m)
{
	char block[TAR_BLOCK] = {0};
	unsigned sum = 0;

	(void)snprintf(block, 101, "%s", m->name);
	(void)snprintf(block + 100, 8, "%07o", m->mode);
	(void)snprintf(block + 124, 12, "%011zo", m->body.n);
	if (m->size)
		(void)snprintf(block + 124, 12, "%s", m->size);
	block[156] = m->type;
	(void)snprintf(block + 157, 100, "%s", m->link ? m->link : "");
	if (!m->v7)
		memcpy(block + 257, m->type == 'S' ? "ustar  " : "ustar\00000", 8);
	if (m->devices)
		memcpy(block + 329,
		    "0000005\0"
		    "0000007",
		    16);
	(void)snprintf(block + 345, 130, "%s", m->prefix ? m->prefix : "");
	block[482] = m->sparse_continues;
	memset(block + 148, ' ', 8);
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += (unsigned char)block[i];
	(void)snprintf(block + 148, 8, "%06o", sum + m->bad_sum);
	buf_add(out, str_make(block, sizeof block));
}

static void add_made(struct buf *out, const struct made *m)
{
	static const char zeros[TAR_BLOCK];

	add_header(out, m);
	buf_add(out, m->body);
	if (!m->no_padding)
		buf_add(out, str_make(zeros, (TAR_BLOCK - m->body.n % TAR_BLOCK) % TAR_BLOCK));
}

static void add_entry(struct buf *out, const struct tar_entry *e)
{
	static const char *const kinds[] = {[TAR_FILE] = "file",
	    [TAR_HARD_LINK] = "hard",
	    [TAR_SYMLINK] = "symlink",
	    [TAR_CHAR_DEVICE] = "char",
	    [TAR_BLOCK_DEVICE] = "block",
	    [TAR_DIR] = "dir",
	    [TAR_FIFO] = "fifo"};

	buf_addf(out, "%s " STR_FMT " %o %llu @%llu", kinds[e->kind], STR_ARG(e->path), e->mode,
	    (unsigned long long)e->size, (unsigned long long)e->offset);
	if (e->link.n > 0)
		buf_addf(out, " -> " STR_FMT, STR_ARG(e->link));
	if (e->dev_major || e->dev_minor)
		buf_addf(out, " %u,%u", e->dev_major, e->dev_minor);
}

static bool add_body(struct buf *out, struct tar *tar, size_t piece)
{
	char bytes[2000];
	struct err err = ERR_INIT;
	size_t n;

	buf_add(out, STR(" ="));
	do {
		if (tar_read(tar, bytes, MIN_OF(piece, sizeof bytes), &n, &err) != 0) {
			buf_addf(out, " ! %s", err.text);
			return false;
		}
		assert_true(n <= piece);
		buf_add(out, str_make(bytes, n));
	} while (n > 0);
	return true;
}

static void add_refused(struct buf *out, struct str path, const struct err *err)
{
	buf_add(out, STR("refused "));
	buf_add_safe(out, path);
	buf_addf(out, ": %s: %s", err_code_name(err->code), err->text);
}

/* A line for each entry; every body is read in pieces of that size, or with 0 gone over. */
static void list(struct str bytes, const struct limits *limits, size_t piece, struct buf *out)
{
	struct stream *s CLEANUP(stream_cleanup) = NULL;
	struct tar *tar CLEANUP(tar_cleanup) = NULL;
	struct err err = ERR_INIT;
	struct tar_entry e;

	assert_int_equal(stream_of_bytes(bytes, &s, &err), 0);
	assert_int_equal(tar_open(s, limits, &tar, &err), 0);
	for (;;) {
		enum tar_result result = tar_next(tar, &e, &err);

		if (result == TAR_END) {
			buf_add(out, STR("end\n"));
			assert_int_equal(tar_next(tar, &e, &err), TAR_END);
			return;
		}
		if (result == TAR_ERROR) {
			buf_addf(out, "error %s: %s\n", err_code_name(err.code), err.text);
			return;
		}
		if (result == TAR_REFUSED)
			add_refused(out, e.path, &err);
		else
			add_entry(out, &e);
		if (piece > 0 && result == TAR_ENTRY && e.size > 0 && !add_body(out, tar, piece)) {
			buf_addc(out, '\n');
			return;
		}
		buf_addc(out, '\n');
	}
}

static void assert_list(struct str bytes, const struct limits *limits, const char *should)
{
	static const size_t pieces[] = {2000, 1, 512};

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));

		list(bytes, limits, pieces[i], &out);
		if (!str_eq(buf_str(&out), str_of(should)))
			fail_msg("in pieces of %zu:\n" STR_FMT "\nshould be\n%s", pieces[i],
			    STR_ARG(buf_str(&out)), should);
	}
}

static void add_end(struct buf *out)
{
	static const char zeros[2 * TAR_BLOCK];

	buf_add(out, str_make(zeros, sizeof zeros));
}

static void assert_made(const struct made *rows, size_t n, const char *should)
{
	struct buf tar CLEANUP(buf_release) = BUF_INIT(MIB(1));

	for (size_t i = 0; i < n; i++)
		add_made(&tar, &rows[i]);
	add_end(&tar);
	buf_add(&tar, STR("whatever follows"));
	assert_list(buf_str(&tar), &limits_default, should);
}

static void every_kind_is_read(void **state)
{
	static const struct made rows[] = {
	    {.type = '0', .name = "a", .body = STR_INIT("one"), .mode = 0644},
	    {.type = '\0', .name = "v7", .body = STR_INIT("two"), .mode = 0600, .v7 = true},
	    {.type = '\0', .name = "v7/dir/", .size = "7", .mode = 0755, .v7 = true},
	    {.type = '7', .name = "c", .body = STR_INIT("x"), .mode = 04755},
	    {.type = '1', .name = "h", .link = "./a", .size = "12", .mode = 0644},
	    {.type = '2', .name = "s", .link = "../a", .size = "12", .mode = 0777},
	    {.type = '3', .name = "dev/c", .devices = true, .mode = 0666},
	    {.type = '4', .name = "dev/b", .devices = true, .size = "1", .mode = 060666},
	    {.type = '5', .name = "d/", .size = "1000", .mode = 01777},
	    {.type = '5', .name = "./"},
	    {.type = '6', .name = "f", .size = "5"},
	    {.type = '0', .name = "name", .prefix = "pre/fix", .body = STR_INIT("p")},
	    {.type = '0', .name = "/abs//x/./y/"},
	};

	(void)state;
	assert_made(rows, ARRAY_LEN(rows),
	    "file a 100644 3 @512 =one\n"
	    "file v7 100600 3 @1536 =two\n"
	    "dir v7/dir 40755 0 @2560\n"
	    "file c 104755 1 @3072 =x\n"
	    "hard h 100644 0 @4096 -> a\n"
	    "symlink s 120777 0 @4608 -> ../a\n"
	    "char dev/c 20666 0 @5120 5,7\n"
	    "block dev/b 60666 0 @5632 5,7\n"
	    "dir d 41777 0 @6144\n"
	    "dir  40000 0 @6656\n"
	    "fifo f 10000 0 @7168\n"
	    "file pre/fix/name 100000 1 @7680 =p\n"
	    "file abs/x/y 100000 0 @8704\n"
	    "end\n");
}

/* GNU's names before pax's before the header's, each for one entry. */
static void names_come_from_what_is_before_them(void **state)
{
	static const struct made rows[] = {
	    {.type = 'L', .name = "l", .body = STR_INIT("gnu/name\0junk")},
	    {.type = 'K', .name = "l", .body = STR_INIT("gnu/target\0")},
	    {.type = 'x', .name = "x", .body = STR_INIT("11 path=px\n15 linkpath=pl\n9 size=2\n")},
	    {.type = '1', .name = "plain", .link = "plain"},
	    {.type = 'x', .name = "x", .body = STR_INIT("11 path=px\n15 linkpath=pl\n")},
	    {.type = '1', .name = "plain", .link = "plain", .prefix = "no"},
	    {.type = 'x', .name = "x", .body = STR_INIT("9 size=2\n")},
	    {.type = '0', .name = "sized", .body = STR_INIT("ab"), .size = "0"},
	    {.type = 'x', .name = "x", .body = STR_INIT("9 path=a\n")},
	    {.type = 'x', .name = "x", .body = STR_INIT("9 size=1\n")},
	    {.type = '0', .name = "last", .body = STR_INIT("z"), .size = "5"},
	    {.type = '1', .name = "plain", .link = "plain"},
	    {.type = 'g', .name = "g", .body = STR_INIT("12 comment=x\n")},
	};

	(void)state;
	assert_made(rows, 12,
	    "hard gnu/name 100000 0 @3584 -> gnu/target\n"
	    "hard px 100000 0 @5120 -> pl\n"
	    "file sized 100000 2 @6656 =ab\n"
	    "file last 100000 1 @9728 =z\n"
	    "hard plain 100000 0 @10752 -> plain\n"
	    "end\n");
}

static void global_headers_may_only_comment(void **state)
{
	static const struct {
		struct str records;
		const char *should;
	} rows[] = {
	    {STR_INIT("13 comment=x\n"), "file a 100000 0 @1536\nend\n"},
	    {STR_INIT("9 path=b\n"), NULL},
	    {STR_INIT("14 linkpath=b\n"), NULL},
	    {STR_INIT("9 size=1\n"), NULL},
	    {STR_INIT("18 GNU.sparse.a=1\n"), NULL},
	    {STR_INIT("x"), "error malformed input: a pax header has an invalid record\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct made made[] = {{.type = 'g', .name = "g", .body = rows[i].records},
		    {.type = '0', .name = "a"}};

		assert_made(made, 2,
		    rows[i].should ? rows[i].should
				   : "error not supported: a global pax header sets "
				     "names or sizes, which readers take differently\n");
	}
}

static void hostile_entries_are_refused_one_by_one(void **state)
{
	static const struct made rows[] = {
	    {.type = '0', .name = "../a", .body = STR_INIT("x")},
	    {.type = '0', .name = "a/../b"},
	    {.type = '0', .name = "a/..."},
	    {.type = '0', .name = "."},
	    {.type = '1', .name = "h", .link = "../a"},
	    {.type = '2', .name = "s", .link = "/../a"},
	    {.type = 'S', .name = "sparse", .body = STR_INIT("y")},
	    {.type = 'V', .name = "volume"},
	    {.type = '8', .name = "other", .body = STR_INIT("body")},
	    {.type = 'x', .name = "x", .body = STR_INIT("22 GNU.sparse.map=0,1\n")},
	    {.type = '0', .name = "sparse2", .body = STR_INIT("z")},
	    {.type = 'x', .name = "x", .body = STR_INIT("12 path=a\0b\n")},
	    {.type = '0', .name = "n"},
	    {.type = 'x', .name = "x", .body = STR_INIT("15 linkpath=a\0\n")},
	    {.type = '2', .name = "n"},
	    {.type = '0', .name = "good", .body = STR_INIT("g")},
	};

	(void)state;
	assert_made(rows, ARRAY_LEN(rows),
	    "refused ../a: malformed input: a name in the archive has a \"..\" or a NUL in it\n"
	    "refused a/../b: malformed input: a name in the archive has a \"..\" or a NUL in it\n"
	    "file a/... 100000 0 @2048\n"
	    "refused .: malformed input: an entry without a name\n"
	    "refused h: malformed input: the target of a link has a \"..\" or a NUL in it\n"
	    "symlink s 120000 0 @3584 -> /../a\n"
	    "refused sparse: not supported: a sparse file, which is not read\n"
	    "refused volume: not supported: an entry of type 'V', which is not read\n"
	    "refused other: not supported: an entry of type '8', which is not read\n"
	    "refused sparse2: not supported: a sparse file, which is not read\n"
	    "refused a\\x00b: malformed input: a name in the archive has a \"..\" or a NUL in it\n"
	    "refused n: malformed input: the target of a link has a \"..\" or a NUL in it\n"
	    "file good 100000 1 @11776 =g\n"
	    "end\n");
}

/* An old sparse map may go on in blocks of its own, which belong to no body. */
static void a_sparse_map_is_gone_over(void **state)
{
	struct buf tar CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct made sparse = {.type = 'S', .name = "s", .sparse_continues = true};
	struct made good = {.type = '0', .name = "good"};
	char map[TAR_BLOCK] = {0};

	(void)state;
	add_header(&tar, &sparse);
	map[504] = 1;
	buf_add(&tar, str_make(map, sizeof map));
	map[504] = 0;
	buf_add(&tar, str_make(map, sizeof map));
	add_made(&tar, &good);
	add_end(&tar);
	assert_list(buf_str(&tar), &limits_default,
	    "refused s: not supported: a sparse file, which is not read\n"
	    "file good 100000 0 @2048\nend\n");
	assert_list(str_sub(buf_str(&tar), 0, 1100), &limits_default,
	    "error malformed input: the archive ends in the middle, at byte 1100\n");
}

/* ---- limits ---- */

static void names_have_a_length_and_a_depth(void **state)
{
	static const struct made rows[] = {
	    {.type = '0', .name = "12345678"},
	    {.type = '0', .name = "123456789"},
	    {.type = '0', .name = "1/2/3"},
	    {.type = '0', .name = "1/2/3/4"},
	    {.type = '2', .name = "l", .link = "12345678"},
	    {.type = '2', .name = "l", .link = "123456789"},
	    {.type = '2', .name = "l", .link = "1/2/3/4"},
	};
	struct buf tar CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct limits limits = limits_default;

	(void)state;
	limits.path_bytes = 8;
	limits.path_depth = 3;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		add_made(&tar, &rows[i]);
	add_end(&tar);
	assert_list(buf_str(&tar), &limits,
	    "file 12345678 100000 0 @512\n"
	    "refused 123456789: limit reached: a name in the archive is longer or deeper than allowed\n"
	    "file 1/2/3 100000 0 @1536\n"
	    "refused 1/2/3/4: limit reached: a name in the archive is longer or deeper than allowed\n"
	    "symlink l 120000 0 @2560 -> 12345678\n"
	    "refused l: limit reached: the target of a link is longer or deeper than allowed\n"
	    "refused l: limit reached: the target of a link is longer or deeper than allowed\n"
	    "end\n");
}

static void entries_are_counted(void **state)
{
	struct buf tar CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct made row = {.type = '0', .name = "a"};
	struct made extension = {.type = 'L', .name = "l", .body = STR_INIT("b")};
	struct limits limits = limits_default;

	(void)state;
	limits.layer_entries = 3;
	add_made(&tar, &row);
	add_made(&tar, &extension);
	add_made(&tar, &row);
	assert_list(buf_str(&tar), &limits, "file a 100000 0 @512\nfile b 100000 0 @2048\nend\n");
	add_made(&tar, &row);
	assert_list(buf_str(&tar), &limits,
	    "file a 100000 0 @512\nfile b 100000 0 @2048\nerror limit reached: more than 3 entries\n");
}

static void an_extension_has_a_largest_size(void **state)
{
	struct buf tar CLEANUP(buf_release) = BUF_INIT(MIB(4));
	struct buf name CLEANUP(buf_release) = BUF_INIT(MIB(2));
	struct made row = {.type = '0', .name = "a"};
	struct made extension = {.type = 'L', .name = "l"};

	(void)state;
	memset(buf_room(&name, MIB(1) + 1), '/', MIB(1) + 1);
	buf_commit(&name, MIB(1) + 1);
	extension.body = str_sub(buf_str(&name), 0, MIB(1));
	add_made(&tar, &extension);
	add_made(&tar, &row);
	add_end(&tar);
	{
		struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(4));

		list(buf_str(&tar), &limits_default, 100, &out);
		assert_true(str_starts(buf_str(&out), STR("refused ////")));
		assert_true(str_ends(buf_str(&out), STR("than allowed\nend\n")));
	}
	buf_clear(&tar);
	extension.body = buf_str(&name);
	add_made(&tar, &extension);
	assert_list(buf_str(&tar), &limits_default,
	    "error limit reached: an extended header of 1048577 bytes at byte 512; at most 1048576 are read\n");
}

/* ---- where it ends ---- */

static void an_archive_may_end_between_entries_only(void **state)
{
	struct buf tar CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct made row = {.type = '0', .name = "a", .body = STR_INIT("abc")};
	struct made extension = {.type = 'L', .name = "l", .body = STR_INIT("b")};
	struct str all;

	(void)state;
	add_made(&tar, &row);
	add_made(&tar, &extension);
	add_made(&tar, &row);
	add_end(&tar);
	all = buf_str(&tar);
	assert_list(str_sub(all, 0, 0), &limits_default, "end\n");
	assert_list(str_sub(all, 0, 511), &limits_default,
	    "error malformed input: the archive ends in the middle, at byte 511\n");
	assert_list(str_sub(all, 0, 512), &limits_default,
	    "file a 100000 3 @512 = ! the archive ends in the middle, at byte 512\n");
	assert_list(str_sub(all, 0, 514), &limits_default,
	    "file a 100000 3 @512 =ab ! the archive ends in the middle, at byte 514\n");
	assert_list(str_sub(all, 0, 515), &limits_default, "file a 100000 3 @512 =abc\nend\n");
	assert_list(str_sub(all, 0, 700), &limits_default, "file a 100000 3 @512 =abc\nend\n");
	assert_list(str_sub(all, 0, 1024), &limits_default, "file a 100000 3 @512 =abc\nend\n");
	assert_list(str_sub(all, 0, 2048), &limits_default,
	    "file a 100000 3 @512 =abc\nerror malformed input: the archive ends in the middle, at byte 2048\n");
	assert_list(str_sub(all, 0, 3072 + 512), &limits_default,
	    "file a 100000 3 @512 =abc\nfile b 100000 3 @2560 =abc\nend\n");
	assert_list(str_sub(all, 0, 3072 + 513), &limits_default,
	    "file a 100000 3 @512 =abc\nfile b 100000 3 @2560 =abc\nend\n");
	{
		struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));

		list(str_sub(all, 0, 514), &limits_default, 0, &out);
		assert_string_equal(buf_cstr(&out),
		    "file a 100000 3 @512\nerror malformed input: the "
		    "archive ends in the middle, at byte 514\n");
	}
}

static void zero_blocks_end_it(void **state)
{
	struct buf tar CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct made row = {.type = '0', .name = "a"};
	static const char zeros[TAR_BLOCK];

	(void)state;
	buf_add(&tar, str_make(zeros, sizeof zeros));
	add_made(&tar, &row);
	assert_list(buf_str(&tar), &limits_default,
	    "error malformed input: a lone zero block inside the archive, at byte 0\n");
	buf_clear(&tar);
	add_made(&tar, &(struct made){.type = 'L', .name = "l", .body = STR_INIT("b")});
	add_end(&tar);
	assert_list(buf_str(&tar), &limits_default,
	    "error malformed input: no tar header, or one with a wrong checksum, at byte 1024\n");
	buf_clear(&tar);
	row.bad_sum = true;
	add_made(&tar, &row);
	assert_list(buf_str(&tar), &limits_default,
	    "error malformed input: no tar header, or one with a wrong checksum, at byte 0\n");
	buf_clear(&tar);
	row = (struct made){.type = '0', .name = "a", .size = "9"};
	add_made(&tar, &row);
	assert_list(buf_str(&tar), &limits_default,
	    "error malformed input: a tar header at byte 0 has an invalid size\n");
	buf_clear(&tar);
	row = (struct made){.type = '5', .name = "a", .size = "9"};
	add_made(&tar, &row);
	assert_list(buf_str(&tar), &limits_default, "dir a 40000 0 @512\nend\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_kind_is_read),
	    cmocka_unit_test(names_come_from_what_is_before_them),
	    cmocka_unit_test(global_headers_may_only_comment),
	    cmocka_unit_test(hostile_entries_are_refused_one_by_one),
	    cmocka_unit_test(a_sparse_map_is_gone_over),
	    cmocka_unit_test(names_have_a_length_and_a_depth),
	    cmocka_unit_test(entries_are_counted),
	    cmocka_unit_test(an_extension_has_a_largest_size),
	    cmocka_unit_test(an_archive_may_end_between_entries_only),
	    cmocka_unit_test(zero_blocks_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
