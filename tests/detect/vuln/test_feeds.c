/*
 * Feeds, data-driven: tests/data/feeds/NAME is read, and what comes out, as text, is
 * NAME.expect.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/os/fd.h"
#include "detect/vuln/feeds/feed.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

#include "../../base/full_arena.h"

struct dump {
	struct buf *out;
	struct str text; /* of the file */
};

static void dump_date(struct buf *out, const char *before, int64_t ms)
{
	char date[TIME_TEXT_SIZE];

	if (ms == 0)
		return;
	date_format(ms, date);
	buf_addf(out, "%s %s", before, date);
}

static void dump_affected(struct buf *out, const struct advisory_affected *a)
{
	static const char *const statuses[] = {
	    "", " (unfixed)", " (not planned)", " (end of life)"};
	static const char *const kinds[] = {"", "introduced", "fixed", "last_affected", "limit"};

	buf_addf(out, " " STR_FMT " " STR_FMT "%s\n", STR_ARG(a->ecosystem), STR_ARG(a->package),
	    statuses[a->status]);
	for (size_t i = 0; i < a->events.n; i++) {
		const struct advisory_event *e = &a->events.p[i];

		buf_addf(out, "  %s %s " STR_FMT "\n", e->begins ? "[" : " ", kinds[e->kind],
		    STR_ARG(e->version));
	}
	for (size_t i = 0; i < a->versions.n; i++)
		buf_addf(out, "  = " STR_FMT "\n", STR_ARG(a->versions.p[i]));
}

static int on_advisory(void *arg, const struct advisory *a, struct err *err)
{
	struct buf *out = ((struct dump *)arg)->out;

	(void)err;
	buf_addf(out, STR_FMT " " STR_FMT " " STR_FMT " ", STR_ARG(a->id), STR_ARG(a->feed),
	    STR_ARG(severity_word(a->severity)));
	if (a->cvss_tenths < 0)
		buf_addf(out, "-");
	else
		buf_addf(out, "%d.%d", a->cvss_tenths / 10, a->cvss_tenths % 10);
	dump_date(out, "", a->modified_ms);
	dump_date(out, " withdrawn", a->withdrawn_ms);
	buf_addc(out, '\n');
	if (a->summary.n > 0)
		buf_addf(out, " title " STR_FMT "\n", STR_ARG(a->summary));
	for (size_t i = 0; i < a->aliases.n; i++)
		buf_addf(out, " alias " STR_FMT "\n", STR_ARG(a->aliases.p[i]));
	for (size_t i = 0; i < a->affected.n; i++)
		dump_affected(out, &a->affected.p[i]);
	for (size_t i = 0; i < a->references.n; i++)
		buf_addf(out, " see " STR_FMT "\n", STR_ARG(a->references.p[i]));
	return 0;
}

static int on_exploited(void *arg, struct str cve, struct err *err)
{
	(void)err;
	buf_addf(((struct dump *)arg)->out, "exploited " STR_FMT "\n", STR_ARG(cve));
	return 0;
}

static int on_problem(void *arg, size_t offset, const char *what, struct err *err)
{
	struct dump *d = arg;
	struct str before = str_sub(d->text, 0, offset), line;
	unsigned n = 0;

	(void)err;
	while (str_cut(&before, '\n', &line))
		n++;
	if (offset == 0 || d->text.p[offset - 1] == '\n')
		n++;
	buf_addf(d->out, "line %u: %s\n", n, what);
	return 0;
}

static struct str read_data(const char *name, const char *ending, struct arena *arena)
{
	char path[512];
	struct err err = ERR_INIT;
	struct str text;

	(void)snprintf(path, sizeof path, "%s/feeds/%s%s", TEST_DATA, name, ending);
	if (file_read(path, MIB(1), arena, &text, &err) != 0)
		fail_msg("%s", err.text);
	return text;
}

struct feed_input {
	const struct feed *feed;
	struct feed_file file;
};

static int read_feed(const void *input, struct arena *arena, struct buf *out, struct err *err)
{
	const struct feed_input *in = input;
	struct dump dump = {out, in->file.bytes};
	struct feed_out to = {on_advisory, on_exploited, on_problem, &dump};

	return in->feed->read(&in->file, &to, arena, err);
}

static void check_feed(const char *name, const char *feed_name)
{
	struct arena arena CLEANUP(arena_release);
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct feed_file file = {str_of(name), STR_NONE};
	struct feed_input input;
	struct err err = ERR_INIT;
	struct str expected;

	arena_init(&arena, MIB(16));
	file.bytes = read_data(name, "", &arena);
	expected = read_data(name, ".expect", &arena);
	input = (struct feed_input){feed_recognise(&file), file};
	assert_non_null(input.feed);
	assert_string_equal(input.feed->name.p, feed_name);
	if (read_feed(&input, &arena, &out, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(buf_cstr(&out), expected.p);
	assert_true(assert_survives_full_arenas(read_feed, &input) > 0);
}

static void test_osv_json(void **state)
{
	(void)state;
	check_feed("one.json", "osv");
}

static void test_osv_yaml(void **state)
{
	(void)state;
	check_feed("two.yaml", "osv");
}

static void test_osv_bad_records(void **state)
{
	(void)state;
	check_feed("some-bad.json", "osv");
}

static void test_osv_bundle(void **state)
{
	(void)state;
	check_feed("bundle.json", "osv");
}

static void test_debian_list(void **state)
{
	(void)state;
	check_feed("dsa.list", "debian-list");
}

static void test_kev(void **state)
{
	(void)state;
	check_feed("kev.json", "kev");
}

static void test_recognises(void **state)
{
	static const char *const strangers[] = {"", "{}", "[]", "# README\n", "id: x\n",
	    "{\"id\": \"x\"}", "packages:\n- pkg:\n    name: x\n", "\x1f\x8b\x08"};
	size_t n;
	const struct feed *const *all = feeds(&n);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(strangers); i++) {
		struct feed_file file = {STR("x"), str_of(strangers[i])};

		assert_null(feed_recognise(&file));
	}
	for (size_t i = 0; i < n; i++) {
		const struct feed *f = all[i];

		assert_true(f->name.n > 0 && f->what.n > 0 && f->since.n == 10);
	}
}

/* A record that bundles too much is one problem, and takes no memory. */
static void test_bundle_limit(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct buf text CLEANUP(buf_release) = BUF_INIT(MIB(4)),
			out CLEANUP(buf_release) = BUF_INIT(KIB(64));
	struct feed_file file = {STR("list"), STR_NONE};
	struct dump dump = {&out, STR_NONE};
	struct feed_out to = {on_advisory, on_exploited, on_problem, &dump};
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, MIB(64));
	buf_addf(&text, "[01 Jan 2099] DSA-1-1 x - y\n\t{");
	for (int i = 0; i < 2000; i++)
		buf_addf(&text, "CVE-2099-%d ", i);
	buf_addf(&text, "}\n");
	for (int i = 0; i < 2000; i++)
		buf_addf(&text, "\t[bookworm] - p%d 1\n", i);
	dump.text = file.bytes = buf_str(&text);
	assert_int_equal(feed_recognise(&file)->read(&file, &to, &arena, &err), 0);
	assert_string_equal(buf_cstr(&out), "line 1: more CVEs and packages than an entry has\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_osv_json),
	    cmocka_unit_test(test_osv_yaml),
	    cmocka_unit_test(test_osv_bad_records),
	    cmocka_unit_test(test_osv_bundle),
	    cmocka_unit_test(test_debian_list),
	    cmocka_unit_test(test_kev),
	    cmocka_unit_test(test_recognises),
	    cmocka_unit_test(test_bundle_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
