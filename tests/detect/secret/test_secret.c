/*
 * The secret engine: what it finds and where, that it never says the value, and that
 * hostile input costs what its size costs. Texts that look like secrets are put together
 * from pieces here.
 */
#include "secret_fixture.h"

#include <time.h>

// clang-format off
#define AWS_KEY	    "AK" "IAQWERTYUIOPASDFGH"
#define AWS_MADE_UP "AK" "IA0189RTYUIOPASDFG"
// clang-format on
/* ---- cases.txt ---- */

static int by_column(const void *a, const void *b)
{
	const struct finding *const *x = a, *const *y = b;

	return (int)(*x)->places[0].column - (int)(*y)->places[0].column;
}

static void describe(struct fixture *f, struct buf *out)
{
	const struct finding *sorted[16];
	size_t n = f->report.findings.n;

	assert_true(n <= ARRAY_LEN(sorted));
	for (size_t i = 0; i < n; i++)
		sorted[i] = &f->report.findings.p[i];
	qsort(sorted, n, sizeof sorted[0], by_column);
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s%.*s%s@%u:%u", i ? "," : "", STR_ARG(sorted[i]->rule),
		    sorted[i]->weight == WEIGHT_WARNS ? "?" : "",
		    (unsigned)sorted[i]->places[0].column, (unsigned)sorted[i]->secret->length);
	if (n == 0)
		buf_addc(out, '-');
}

/* json: rules of a user's own; NULL: ours. */
static void check_cases(const char *path, const char *json)
{
	struct fixture f;
	struct str rest, line, want, text;
	size_t n = 0, wrong = 0;

	fixture_init(&f, json);
	assert_int_equal(file_read(path, MIB(1), &f.arena, &rest, &f.err), 0);
	while (str_cut(&rest, '\n', &line)) {
		struct buf got CLEANUP(buf_release) = BUF_INIT(4096);

		assert_true(str_split(line, '\t', &want, &text));
		scan(&f, unescape(&f.arena, text));
		describe(&f, &got);
		n++;
		if (str_eq(buf_str(&got), want))
			continue;
		print_error("%s:%zu: %s, not %.*s\n", path, n, buf_cstr(&got), STR_ARG(want));
		wrong++;
	}
	assert_int_equal(wrong, 0);
	assert_true(n > 20);
	fixture_release(&f);
}

static void test_cases(void **state)
{
	(void)state;
	check_cases(TEST_DATA "/secret/cases.txt", NULL);
}

/* The workshop's rules, given as a user's own, find what their patterns say. */
static void test_workshop_cases(void **state)
{
	struct arena arena;
	struct err err = ERR_INIT;
	struct str json;

	(void)state;
	arena_init(&arena, MIB(1));
	assert_int_equal(file_read(WORKSHOP_JSON, MIB(1), &arena, &json, &err), 0);
	check_cases(TEST_DATA "/secret/workshop.txt", arena_str(&arena, json).p);
	arena_release(&arena);
}

/* ---- findings ---- */

static void test_finding_is_whole(void **state)
{
	struct fixture f;
	const struct finding *finding;

	(void)state;
	fixture_init(&f, NULL);
	scan(&f, STR("first line\nkey = \"" AWS_KEY "\"\n"));
	assert_int_equal(f.report.findings.n, 1);
	finding = &f.report.findings.p[0];
	assert_int_equal(finding->stage, STAGE_SECRETS);
	assert_int_equal(finding->severity, SEVERITY_CRITICAL);
	assert_true(
	    str_eq(finding->message, STR("20 characters; of the AWS account 047550022928")));
	assert_true(str_eq(finding->secret->prefix, STR("AK"
							"IA")));
	assert_int_equal(finding->secret->hash.n, SECRET_HASH_HEX);
	assert_true(str_eq(finding->identity, finding->secret->hash));
	assert_true(str_eq(finding->threat, STR("credentials")));
	assert_true(str_has(finding->fix->text, STR("first")));
	assert_false(finding->secret->generic);
	assert_true(str_empty(finding->source_line));
	assert_int_equal(finding->n_places, 1);
	assert_int_equal(finding->places[0].line, 2);
	assert_int_equal(finding->places[0].column, 8);
	assert_int_equal(finding->places[0].end_line, 2);
	assert_int_equal(finding->places[0].end_column, 28);
	fixture_release(&f);
}

static void test_one_finding_a_secret(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	scan(&f, STR(AWS_KEY "\nx\n " AWS_KEY "\n" AWS_MADE_UP "\n" AWS_KEY));
	assert_int_equal(f.report.findings.n, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct finding *finding = &f.report.findings.p[i];
		bool made_up = str_has(finding->message, STR("made up"));

		assert_int_equal(finding->n_places, made_up ? 1 : 3);
		assert_int_equal(finding->severity, SEVERITY_CRITICAL);
		assert_int_equal(finding->places[0].line, made_up ? 4 : 1);
		assert_int_equal(finding->places[finding->n_places - 1].line, made_up ? 4 : 5);
	}
	fixture_release(&f);
}

/* What is written down anywhere about it is searched for any eight bytes of the value. */
static void test_value_is_never_said(void **state)
{
	static const char *const values[] = {AWS_KEY,
	    "0a1b2c3d4e5f6g7h"
	    "8i9j0k1l2m3n4o5p",
	    "hunter"
	    "22abcdefghijk"};
	struct buf text CLEANUP(buf_release) = BUF_INIT(4096),
			out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	buf_addf(
	    &text, "%s\nsecret = '%s'\nhttps://me:%s@host/\n", values[0], values[1], values[2]);
	scan(&f, buf_str(&text));
	assert_int_equal(f.report.findings.n, 3);
	for (size_t i = 0; i < 3; i++) {
		wire_put_finding(&out, &f.report.findings.p[i]);
		assert_true(buf_ok(&out));
	}
	for (size_t i = 0; i < 3; i++) {
		struct str value = str_of(values[i]);

		for (size_t at = 0; at + 5 <= value.n; at++)
			assert_false(str_has(buf_str(&out), str_sub(value, at, 5)));
	}
	fixture_release(&f);
}

#define BEGIN_RSA                 \
	"-----BEGIN RSA PRIVATE " \
	"KEY-----"

static void test_key_decides_hash(void **state)
{
	struct unit unit = {.origin.path = STR("f"), .bytes = STR(AWS_KEY)};
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	assert_int_equal(secret_scan(f.scanner, &unit, STR("a"), &f.sink.sink, &f.err), 0);
	assert_int_equal(secret_scan(f.scanner, &unit, STR("b"), &f.sink.sink, &f.err), 0);
	assert_int_equal(f.report.findings.n, 2);
	assert_false(
	    str_eq(f.report.findings.p[0].secret->hash, f.report.findings.p[1].secret->hash));
	fixture_release(&f);
}

/* ---- encodings and binaries ---- */

static struct str widen(struct arena *arena, const char *text, bool big, bool mark)
{
	size_t n = strlen(text) + mark;
	char *out = arena_alloc(arena, 2 * n);

	assert_non_null(out);
	if (mark) {
		out[0] = (char)(big ? 0xfe : 0xff);
		out[1] = (char)(big ? 0xff : 0xfe);
	}
	for (size_t i = mark; i < n; i++)
		out[2 * i + big] = text[i - mark];
	return str_make(out, 2 * n);
}

static void test_utf16(void **state)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(KIB(1));
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	for (int form = 0; form < 4; form++) {
		scan(&f,
		    widen(&f.arena, "one line\nand key=" AWS_KEY " here\n", form & 1, form & 2));
		assert_int_equal(f.report.findings.n, 1);
		assert_int_equal(f.report.findings.p[0].places[0].line, 2);
		assert_int_equal(f.report.findings.p[0].places[0].column, 9);
		assert_int_equal(f.report.findings.p[0].secret->length, 20);
	}
	/* U+1F511, U+0416 and an unpaired surrogate, then the key. */
	buf_add(&b, str_make("\xff\xfe\x3d\xd8\x11\xdd\x16\x04\x3d\xd8", 10));
	buf_add(&b, widen(&f.arena, " " AWS_KEY " here\n", false, false));
	scan(&f, buf_str(&b));
	assert_int_equal(f.report.findings.n, 1);
	assert_int_equal(f.report.findings.p[0].places[0].line, 1);
	assert_int_equal(f.report.findings.p[0].places[0].column, 5);
	assert_int_equal(f.report.findings.p[0].secret->length, 20);
	fixture_release(&f);
}

static void test_lying_byte_order_mark(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	scan(&f, STR("\xff\xfe" AWS_KEY));
	assert_int_equal(f.report.findings.n, 1);
	scan(&f, STR("\xef\xbb\xbf" AWS_KEY));
	assert_int_equal(f.report.findings.p[0].places[0].column, 1);
	fixture_release(&f);
}

static void test_binary(void **state)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	for (int i = 0; i < 4096; i++)
		buf_addc(&b, (char)(i * 37 % 251));
	buf_add(&b, STR("\0" AWS_KEY "\0secret = '0a1b2c3d4e5f6g7h"
			"8i9j0k1l2m3n4o5p'"));
	scan(&f, buf_str(&b));
	assert_int_equal(f.report.findings.n, 1);
	assert_true(str_eq(f.report.findings.p[0].rule, STR("aws-access-key")));
	/* One NUL is not a reason to look less closely. */
	scan(&f, STR("some text\0 secret = '0a1b2c3d4e5f6g7h"
		     "8i9j0k1l2m3n4o5p'"));
	assert_int_equal(f.report.findings.n, 1);
	fixture_release(&f);
}

/* What findall gives, and no more: a greedy gap runs to the last value. */
static void test_greedy_gap(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "{\"Greedy\": \"key.*'([0-9a-z]{16})'\"}");
	scan(&f, STR("key='aaaabbbbccccdddd', key='eeeeffffgggghhhh', key='iiiijjjjkkkkllll'"));
	assert_int_equal(f.report.findings.n, 1);
	fixture_release(&f);
}

static void test_path(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	scan_at(&f, "keys/" AWS_KEY ".txt", STR("nothing"));
	assert_int_equal(f.report.findings.n, 1);
	assert_true(str_eq(f.report.findings.p[0].places[0].origin.path, STR("keys/[secret].txt")));
	assert_int_equal(f.report.findings.p[0].places[0].line, 0);
	fixture_release(&f);
}

static void test_lfs_pointer(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	scan_at(&f, "big.bin",
	    STR("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"));
	assert_int_equal(f.report.findings.n, 0);
	assert_int_equal(f.report.problems.n, 0);
	assert_int_equal(f.report.not_covered.n, 1);
	assert_int_equal(f.report.not_covered.p[0].kind, GAP_LFS_POINTER);
	assert_true(str_eq(f.report.not_covered.p[0].what, STR("big.bin")));
	fixture_release(&f);
}

/* ---- limits ---- */

static void test_match_limit_is_said(void **state)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct fixture f;

	(void)state;
	fixture_init(&f, "{\"Slow\": \"(?:a|aa)+c|found\"}");
	buf_add(&b, STR("line\n"));
	for (int i = 0; i < 3000; i++)
		buf_addc(&b, 'a');
	buf_add(&b, STR("found"));
	scan(&f, buf_str(&b));
	assert_int_equal(f.report.problems.n, 1);
	assert_int_equal(f.report.problems.p[0].code, ERR_LIMIT);
	assert_true(str_has(f.report.problems.p[0].message, STR("slow")));
	assert_int_equal(f.report.problems.p[0].place.line, 2);
	fixture_release(&f);
}

static double seconds_for(struct fixture *f, struct str text)
{
	clock_t start = clock();

	scan(f, text);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* One line of `size` bytes made of `piece` over and over. */
static struct str long_line(struct arena *arena, const char *piece, size_t size)
{
	size_t n = strlen(piece);
	char *out = arena_alloc(arena, size);

	assert_non_null(out);
	for (size_t i = 0; i < size; i++)
		out[i] = piece[i % n];
	return str_make(out, size);
}

/* Eight times the bytes take about eight times as long, whatever they are; quadratic would be
 * sixty-four times. */
static void check_linear(struct fixture *f, const char *piece)
{
	struct str text = long_line(&f->arena, piece, MIB(1));
	double small = seconds_for(f, str_sub(text, 0, MIB(1) / 8));
	double large = seconds_for(f, text);

	if (large > 24 * small + 0.2)
		print_error("%.20s: %f s, %f s\n", piece, small, large);
	assert_true(large <= 24 * small + 0.2);
}

static void test_long_lines(void **state)
{
	static const char *const pieces[] = {"secret ",
	    "secret '0a1b2c3d4e5f6g7h"
	    "8i9j0k1l2m3n4o5p' ",
	    "a://b:ccc@d ", "github:", AWS_KEY, "api_key", "{\"type\":\"service_account\",",
	    BEGIN_RSA, "x"};
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		check_linear(&f, pieces[i]);
	fixture_release(&f);
	fixture_init(&f, "{\"Greedy\": \"api_?key.*['|\\\"]([0-9a-z]{8})['|\\\"]\"}");
	check_linear(&f, "api_key api_key '01234567' ");
	check_linear(&f, "api_key ");
	fixture_release(&f);
}

/* ---- in pieces ---- */

static void scan_content(struct fixture *f, struct str name, struct str bytes)
{
	struct unit unit = {.origin.path = STR("file")};
	struct content_memory memory;

	fixture_clear(f);
	content_memory_init(&memory, &name, &bytes, 1);
	assert_int_equal(secret_scan_content(f->scanner, &memory.content, STR("name"), &unit, KEY,
			     &f->sink.sink, &f->err),
	    0);
	report_sort(&f->report);
}

enum { KEY_EVERY = 99991 };

/* Ten megabytes of lines with keys in them, at any offset from the ends of pieces. */
static struct str big_text(struct arena *arena, bool wide)
{
	size_t n = MIB(10);
	char *text = arena_alloc(arena, n);

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		text[i] = i % 71 == 0 ? '\n' : i % 83 == 0 ? '"' : 'a';
	for (size_t at = 4 * MIB(1) - 60; at + 100 < n; at += KEY_EVERY)
		memcpy(text + at, " " AWS_KEY "\n", 22);
	memcpy(text + MIB(4) - 10, " " AWS_KEY " ", 22);
	memcpy(text + MIB(8) - 1, " " AWS_KEY " ", 22);
	text[n - 1] = '\0';
	return wide ? widen(arena, text, false, true) : str_make(text, n);
}

static void check_pieces(struct fixture *f, struct str text)
{
	const struct finding *whole, *pieces;
	size_t n;

	scan(f, text);
	assert_int_equal(f->report.findings.n, 1);
	whole = &f->report.findings.p[0];
	n = whole->n_places;
	assert_true(n > 50);
	{
		struct place *kept = arena_array(&f->arena, n, sizeof *kept);

		assert_non_null(kept);
		memcpy(kept, whole->places, n * sizeof *kept);
		scan_content(f, STR("name"), text);
		assert_int_equal(f->report.findings.n, 1);
		pieces = &f->report.findings.p[0];
		assert_int_equal(pieces->n_places, n);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(pieces->places[i].line, kept[i].line);
			assert_int_equal(pieces->places[i].column, kept[i].column);
			assert_int_equal(pieces->places[i].end_column, kept[i].end_column);
		}
	}
}

static void test_pieces(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	check_pieces(&f, big_text(&f.arena, false));
	check_pieces(&f, big_text(&f.arena, true));
	fixture_release(&f);
}

static void feed(struct fixture *f, struct str bytes, size_t piece)
{
	struct unit unit = {.origin.path = STR("file")};
	struct secret_feed *feed;

	fixture_clear(f);
	assert_int_equal(
	    secret_feed_begin(f->scanner, &unit, bytes.n, KEY, &f->sink.sink, &feed, &f->err), 0);
	for (size_t at = 0; at < bytes.n; at += piece)
		assert_int_equal(secret_feed_bytes(feed, str_sub(bytes, at, piece), &f->err), 0);
	assert_int_equal(secret_feed_end(feed, &f->err), 0);
	secret_feed_free(feed);
	report_sort(&f->report);
}

static void assert_the_key_at(const struct fixture *f, const struct place *at, size_t n)
{
	const struct finding *found = &f->report.findings.p[0];

	assert_int_equal(f->report.findings.n, 1);
	assert_int_equal(found->n_places, n);
	assert_int_equal(found->places[0].line, at->line);
	assert_int_equal(found->places[0].column, at->column);
	assert_int_equal(found->places[0].end_column, at->end_column);
}

/* One endless line of characters of four bytes, so that borders cut some in two wherever they are;
 * and one key in it, in UTF-8 or in UTF-16. */
static struct str border_text(struct arena *arena, size_t key_at, bool wide)
{
	const char *smile = wide ? "\x3d\xd8\x00\xde" : "\xf0\x9f\x98\x80";
	size_t step = wide ? 2 : 1, n = key_at + KIB(80), lead = 2 * step + key_at % 4;
	char *text = arena_alloc(arena, n);

	assert_non_null(text);
	for (size_t at = 0; at + 4 <= n - lead; at += 4)
		memcpy(text + lead + at, smile, 4);
	for (size_t at = 0; at < lead; at += step)
		text[at] = at == step ? '\n' : 'a';
	if (wide)
		memcpy(text, "\xff\xfe", 2);
	for (size_t i = 0; i < 22; i++) {
		text[key_at + (i - 1) * step] = "\"" AWS_KEY "\""[i];
		if (wide)
			text[key_at + (i - 1) * step + 1] = '\0';
	}
	return str_make(text, n);
}

static void check_border(struct fixture *f, struct str text)
{
	static const size_t pieces[] = {4096, 65536, 1 << 20, 999983};
	struct place whole;

	scan(f, text);
	whole = f->report.findings.p[0].places[0];
	assert_the_key_at(f, &whole, 1);
	scan_content(f, STR("name"), text);
	assert_the_key_at(f, &whole, 1);
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		feed(f, text, pieces[i]);
		assert_the_key_at(f, &whole, 1);
	}
}

static void test_borders(void **state)
{
	static const int from_border[] = {-40000, -32768 - 9, -100, -19, -1, 0, 3, 100, 32771};
	struct fixture f;
	char *last;

	(void)state;
	fixture_init(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(from_border); i++) {
		struct arena arena CLEANUP(arena_release);

		arena_init(&arena, MIB(64));
		check_border(
		    &f, border_text(&arena, (size_t)((int)MIB(4) + from_border[i]), false));
		check_border(
		    &f, border_text(&arena, (size_t)((int)MIB(4) + from_border[i]) & ~1U, true));
	}
	/* Any piece, down to a byte; a key that ends with the text. */
	feed(&f, STR("a\n" AWS_KEY), 1);
	assert_the_key_at(&f, &(struct place){.line = 2, .column = 1, .end_column = 21}, 1);
	last = arena_alloc(&f.arena, MIB(5));
	assert_non_null(last);
	memset(last, '\n', MIB(5));
	memcpy(last + MIB(5) - 20, AWS_KEY, 20);
	feed(&f, str_make(last, MIB(5)), 77777);
	assert_the_key_at(
	    &f, &(struct place){.line = MIB(5) - 20 + 1, .column = 1, .end_column = 21}, 1);
	fixture_release(&f);
}

static void test_content_problems(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	scan_content(&f, STR("another"), STR("text"));
	assert_int_equal(f.report.problems.n, 1);
	assert_int_equal(f.report.problems.p[0].code, ERR_NOT_FOUND);
	scan_content(&f, STR("name"), STR(""));
	assert_int_equal(f.report.problems.n, 0);
	scan_content(&f, STR("name"), STR(AWS_KEY));
	assert_int_equal(f.report.findings.n, 1);
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_workshop_cases),
	    cmocka_unit_test(test_finding_is_whole),
	    cmocka_unit_test(test_one_finding_a_secret),
	    cmocka_unit_test(test_value_is_never_said),
	    cmocka_unit_test(test_key_decides_hash),
	    cmocka_unit_test(test_utf16),
	    cmocka_unit_test(test_lying_byte_order_mark),
	    cmocka_unit_test(test_binary),
	    cmocka_unit_test(test_greedy_gap),
	    cmocka_unit_test(test_path),
	    cmocka_unit_test(test_lfs_pointer),
	    cmocka_unit_test(test_match_limit_is_said),
	    cmocka_unit_test(test_long_lines),
	    cmocka_unit_test(test_pieces),
	    cmocka_unit_test(test_borders),
	    cmocka_unit_test(test_content_problems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
