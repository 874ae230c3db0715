/* Filters: what each gives, what it refuses, and that it never asks for more than it should. */
#include "base/buf.h"
#include "read/codec/stream.h"
#include "with_cmocka.h"

static void pull_all(struct stream *s, size_t piece, struct buf *out)
{
	struct err err = ERR_INIT;
	size_t n = 1;

	while (n > 0) {
		char *room = buf_room(out, piece);

		assert_non_null(room);
		assert_int_equal(stream_pull(s, room, piece, &n, &err), 0);
		assert_true(n <= piece);
		buf_commit(out, n);
	}
}

static struct stream *bytes_stream(const char *text)
{
	struct stream *s = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(stream_of_bytes(str_of(text), &s, &err), 0);
	return s;
}

/* A stream that is never asked for nothing, and gives one byte at a time. */
static int pull_one(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *err)
{
	assert_true(n > 0);
	return stream_pull(s->below, p, 1, ret_n, err);
}

static void keep(struct stream *s)
{
	(void)s;
}

static void what_is_read_is_all_that_is_asked_for(void **state)
{
	static const struct stream_ops ops = {pull_one, NULL, keep};
	struct stream one = {&ops, bytes_stream("0123456789")};
	struct err err = ERR_INIT;
	uint64_t skipped;
	char bytes[20];
	size_t n;

	(void)state;
	assert_int_equal(stream_read(&one, bytes, 3, &n, &err), 0);
	assert_int_equal(n, 3);
	assert_int_equal(stream_read(&one, bytes, 0, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(stream_skip(&one, 4, &skipped, &err), 0);
	assert_int_equal(skipped, 4);
	assert_int_equal(stream_read(&one, bytes, 20, &n, &err), 0);
	assert_int_equal(n, 3);
	assert_memory_equal(bytes, "789", 3);
	stream_close(one.below);
}

static void reading_and_skipping_count(void **state)
{
	struct stream *s CLEANUP(stream_cleanup) = bytes_stream("0123456789");
	struct err err = ERR_INIT;
	uint64_t skipped = 99;
	char bytes[20];
	size_t n = 99;

	(void)state;
	assert_int_equal(stream_read(s, bytes, 3, &n, &err), 0);
	assert_int_equal(n, 3);
	assert_memory_equal(bytes, "012", 3);
	assert_int_equal(stream_skip(s, 0, &skipped, &err), 0);
	assert_int_equal(skipped, 0);
	assert_int_equal(stream_skip(s, 1, &skipped, &err), 0);
	assert_int_equal(skipped, 1);
	assert_int_equal(stream_skip(s, 2, &skipped, &err), 0);
	assert_int_equal(skipped, 2);
	assert_int_equal(stream_read(s, bytes, 20, &n, &err), 0);
	assert_int_equal(n, 4);
	assert_memory_equal(bytes, "6789", 4);
	assert_int_equal(stream_skip(s, 5, &skipped, &err), 0);
	assert_int_equal(skipped, 0);
	assert_int_equal(stream_read(s, bytes, 1, &n, &err), 0);
	assert_int_equal(n, 0);
}

static void draining_goes_to_the_end(void **state)
{
	struct stream *s CLEANUP(stream_cleanup) = bytes_stream("0123456789");
	struct err err = ERR_INIT;
	char byte;
	size_t n = 99;

	(void)state;
	assert_int_equal(stream_drain(s, &err), 0);
	assert_int_equal(stream_pull(s, &byte, 1, &n, &err), 0);
	assert_int_equal(n, 0);
}

static void peeked_bytes_come_again(void **state)
{
	static const size_t sizes[] = {0, 1, 4, 10, 11, STREAM_PEEK_MAX, STREAM_PEEK_MAX + 1};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct stream *s CLEANUP(stream_cleanup) = bytes_stream("0123456789");
		struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));
		struct err err = ERR_INIT;
		struct str first;

		assert_int_equal(stream_peek(&s, sizes[i], &first, &err), 0);
		assert_int_equal(first.n, MIN_OF(sizes[i], (size_t)10));
		assert_memory_equal(first.p, "0123456789", first.n);
		pull_all(s, 3, &out);
		assert_string_equal(buf_cstr(&out), "0123456789");
	}
}

/* ---- a file that is read by ranges ---- */

struct ranges {
	struct content content;
	struct str bytes;
	unsigned asked;
	bool fails;
};

static int read_range(struct content *c, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	struct ranges *r = container_of(c, struct ranges, content);
	struct str piece = str_sub(r->bytes, (size_t)offset, n);

	assert_int_equal(handle, 7);
	r->asked++;
	if (r->fails)
		return err_set(err, ERR_IO, "the disk is gone");
	if (piece.n > 0)
		memcpy(p, piece.p, piece.n);
	*ret_n = piece.n;
	return 0;
}

static const struct content_ops range_ops = {.read = read_range};

static void a_range_of_a_file_is_a_stream(void **state)
{
	struct ranges r = {{.ops = &range_ops}, STR("0123456789"), 0, false};
	struct stream *s CLEANUP(stream_cleanup) = NULL;
	struct stream *beyond CLEANUP(stream_cleanup) = NULL;
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct err err = ERR_INIT;
	uint64_t skipped;
	char bytes[10];
	size_t n;

	(void)state;
	assert_int_equal(stream_of_content(&r.content, 7, 2, 6, &s, &err), 0);
	assert_int_equal(stream_skip(s, 2, &skipped, &err), 0);
	assert_int_equal(skipped, 2);
	assert_int_equal(r.asked, 0);
	pull_all(s, 3, &out);
	assert_string_equal(buf_cstr(&out), "4567");
	assert_int_equal(r.asked, 2);
	assert_int_equal(stream_skip(s, 9, &skipped, &err), 0);
	assert_int_equal(skipped, 0);
	/* The handle has fewer bytes than was said. */
	assert_int_equal(stream_of_content(&r.content, 7, 8, 5, &beyond, &err), 0);
	assert_int_equal(stream_pull(beyond, bytes, 9, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_int_equal(stream_pull(beyond, bytes, 9, &n, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_non_null(strstr(err.text, "ends in the middle: 3 more bytes were expected"));
	assert_int_equal(stream_of_content(&r.content, 7, UINT64_MAX, 1, &s, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
}

static void an_error_below_is_an_error_above(void **state)
{
	struct ranges r = {{.ops = &range_ops}, STR("0123456789"), 0, true};
	struct stream *s CLEANUP(stream_cleanup) = NULL;
	struct stream_sum sum CLEANUP(stream_sum_release) = {0};
	struct stream_limits limits = {.max_bytes = 100};
	struct err err = ERR_INIT;
	struct str first;
	char bytes[10];
	size_t n;

	(void)state;
	assert_int_equal(stream_of_content(&r.content, 7, 0, 10, &s, &err), 0);
	assert_int_equal(stream_peek(&s, 1, &first, &err), -1);
	assert_int_equal(stream_tee(&s, STR("sha256:"), &sum, &err), 0);
	assert_int_equal(stream_limit(&s, &limits, &err), 0);
	err.code = ERR_NONE;
	assert_int_equal(stream_pull(s, bytes, 1, &n, &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_int_equal(stream_read(s, bytes, 1, &n, &err), -1);
	assert_int_equal(stream_drain(s, &err), -1);
	assert_int_equal(sum.bytes, 0);
}

/* ---- digests ---- */

static void what_passes_is_hashed(void **state)
{
	static const struct {
		const char *digest;
		const char *error;
	} rows[] = {
	    {"sha256:84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882", NULL},
	    {"sha256:84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7883",
		"the blob is sha256:84d8"},
	    {"sha256:", "the blob is sha256:84d8"},
	    {"sha512:"
	     "bb96c2fc40d2d54617d6f276febe571f623a8dadf0b734855299b0e107fda32cf6b69f2da32b36445d73690b93"
	     "cbd0f7bfc20e0f7f28553d2a4428f23b716e90",
		NULL},
	    {"sha512:00", "the blob is sha512:bb96"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct stream *s CLEANUP(stream_cleanup) = bytes_stream("0123456789");
		struct stream_sum sum CLEANUP(stream_sum_release) = {0};
		struct err err = ERR_INIT;
		int failed;

		assert_int_equal(stream_tee(&s, str_of(rows[i].digest), &sum, &err), 0);
		assert_int_equal(stream_drain(s, &err), 0);
		assert_int_equal(sum.bytes, 10);
		failed = stream_sum_check(&sum, str_of(rows[i].digest), "the blob", &err);
		if ((failed != 0) != (rows[i].error != NULL))
			fail_msg("%s: %s", rows[i].digest, failed ? err.text : "taken");
		if (failed) {
			assert_int_equal(err.code, ERR_FORMAT);
			assert_non_null(strstr(err.text, rows[i].error));
		}
	}
}

static void other_digests_are_refused(void **state)
{
	static const char *const digests[] = {"md5:00", "sha256", "", "SHA256:00", "sha384:00"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(digests); i++) {
		struct stream *s CLEANUP(stream_cleanup) = bytes_stream("0");
		struct stream *before = s;
		struct stream_sum sum = {0};
		struct err err = ERR_INIT;

		assert_int_equal(stream_tee(&s, str_of(digests[i]), &sum, &err), -1);
		assert_int_equal(err.code, ERR_UNSUPPORTED);
		assert_ptr_equal(s, before);
	}
}

/* ---- limits ---- */

static int pull_limited(
    size_t bytes, const struct stream_limits *limits, uint64_t *ret_passed, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(MIB(32));
	struct stream *s CLEANUP(stream_cleanup) = NULL;
	static char drop[1000];
	size_t n = 1;
	int failed = 0;

	memset(buf_room(&text, bytes + 1), 'x', bytes);
	buf_commit(&text, bytes);
	*ret_passed = 0;
	assert_int_equal(stream_of_bytes(buf_str(&text), &s, err), 0);
	assert_int_equal(stream_limit(&s, limits, err), 0);
	while (n > 0 && failed == 0) {
		failed = stream_pull(s, drop, sizeof drop, &n, err);
		if (failed == 0)
			*ret_passed += n;
	}
	return failed;
}

static void no_more_than_allowed_is_given(void **state)
{
	struct stream_limits limits = {.max_bytes = 5000};
	struct err err = ERR_INIT;
	uint64_t passed, left = 7000;

	(void)state;
	assert_int_equal(pull_limited(5000, &limits, &passed, &err), 0);
	assert_int_equal(passed, 5000);
	assert_int_equal(pull_limited(5001, &limits, &passed, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "more than 5000 bytes"));
	assert_int_equal(passed, 5000);
	/* Two streams out of one sum. */
	limits.total_left = &left;
	assert_int_equal(pull_limited(4000, &limits, &passed, &err), 0);
	assert_int_equal(left, 3000);
	assert_int_equal(pull_limited(3000, &limits, &passed, &err), 0);
	assert_int_equal(left, 0);
	assert_int_equal(pull_limited(1, &limits, &passed, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "all its layers"));
}

static void a_bomb_is_known_by_its_ratio(void **state)
{
	uint64_t compressed = 0;
	struct stream_limits limits = {
	    .max_bytes = MIB(20), .ratio = 1000, .compressed = &compressed};
	struct err err = ERR_INIT;
	uint64_t passed;

	(void)state;
	/* The first bytes are free. */
	assert_int_equal(pull_limited(STREAM_RATIO_FREE_BYTES, &limits, &passed, &err), 0);
	assert_int_equal(pull_limited(STREAM_RATIO_FREE_BYTES + 1, &limits, &passed, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "more than 1000 times its size"));
	compressed = MIB(11) / 1000;
	assert_int_equal(pull_limited(MIB(11), &limits, &passed, &err), 0);
	compressed--;
	assert_int_equal(pull_limited(MIB(11), &limits, &passed, &err), -1);
	limits.ratio = 0;
	assert_int_equal(pull_limited(MIB(11), &limits, &passed, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reading_and_skipping_count),
	    cmocka_unit_test(what_is_read_is_all_that_is_asked_for),
	    cmocka_unit_test(draining_goes_to_the_end),
	    cmocka_unit_test(peeked_bytes_come_again),
	    cmocka_unit_test(a_range_of_a_file_is_a_stream),
	    cmocka_unit_test(an_error_below_is_an_error_above),
	    cmocka_unit_test(what_passes_is_hashed),
	    cmocka_unit_test(other_digests_are_refused),
	    cmocka_unit_test(no_more_than_allowed_is_given),
	    cmocka_unit_test(a_bomb_is_known_by_its_ratio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
