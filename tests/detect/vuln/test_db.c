/*
 * The advisory database: what goes in comes out, the same input gives the same bytes, and
 * damaged files are refused.
 */
#include "base/os/owned.h"
#include "vuln_fixture.h"

static const char demo_osv[] =
    "[{\"id\": \"PYSEC-1\", \"modified\": \"2099-01-02T00:00:00Z\","
    "  \"published\": \"2099-01-01T00:00:00Z\", \"aliases\": [\"CVE-2099-1\", \"GHSA-a\"],"
    "  \"summary\": \"a demo\","
    "  \"severity\": [{\"type\": \"CVSS_V3\","
    "    \"score\": \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N\"}],"
    "  \"affected\": [{\"package\": {\"ecosystem\": \"PyPI\", \"name\": \"Demo\"},"
    "    \"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [{\"introduced\": \"0\"}, {\"fixed\": "
    "\"2.0\"}]}],"
    "    \"versions\": [\"1.0\", \"1.5\", \"3.0\", \"odd version\"]}],"
    "  \"references\": [{\"type\": \"WEB\", \"url\": \"https://example.com/\"}]},"
    " {\"id\": \"PYSEC-2\", \"modified\": \"2098-01-02T00:00:00Z\","
    "  \"affected\": [{\"package\": {\"ecosystem\": \"PyPI\", \"name\": \"other\"},"
    "    \"versions\": [\"1\"]},"
    "   {\"package\": {\"ecosystem\": \"npm\", \"name\": \"other\"}, \"versions\": [\"1\"]}]}]";
static const char demo_list[] = "[29 Mar 2099] DSA-1-1 demo - security update\n"
				"\t{CVE-2099-8 CVE-2099-9}\n"
				"\t[bookworm] - demo 1.0-1\n"
				"\t[bullseye] - demo <unfixed>\n";
static const char demo_kev[] =
    "{\"catalogVersion\": \"1\", \"vulnerabilities\": [{\"cveID\": \"CVE-2099-1\"}]}";

static const struct feed_text demo[] = {
    {"osv.json", demo_osv},
    {"list", demo_list},
    {"kev.json", demo_kev},
};

static struct db *open_bytes(struct str bytes)
{
	struct db *db = NULL;
	struct err err = ERR_INIT;

	if (db_open_bytes(bytes, 0, &db, &err) != 0 || db_verify(db, &err) != 0)
		fail_msg("%s", err.text);
	return db;
}

static void assert_str(struct str s, const char *expected)
{
	if (!str_eq(s, str_of(expected)))
		fail_msg("\"" STR_FMT "\" is not \"%s\"", STR_ARG(s), expected);
}

static void check_advisory(const struct db *db, uint32_t index)
{
	struct db_advisory a;
	struct err err = ERR_INIT;
	struct str text;

	assert_int_equal(db_advisory_at(db, index, &a, &err), 0);
	assert_str(a.id, "PYSEC-1");
	assert_str(a.summary, "a demo");
	assert_str(a.feed, "osv/PYSEC");
	assert_str(a.cvss_vector, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N");
	assert_int_equal(a.cvss_tenths, 75);
	assert_int_equal(a.severity, SEVERITY_HIGH);
	assert_int_equal(a.kev, 1);
	assert_int_equal(a.published_ms, 4070908800000);
	assert_int_equal(a.modified_ms, 4070995200000);
	assert_int_equal(a.withdrawn_ms, 0);
	assert_int_equal(a.aliases.n, 2);
	assert_int_equal(db_text_at(db, &a.aliases, 1, &text, &err), 0);
	assert_str(text, "GHSA-a");
	assert_int_equal(a.references.n, 1);
	assert_int_equal(db_text_at(db, &a.references, 0, &text, &err), 0);
	assert_str(text, "https://example.com/");
}

static void check_entry(const struct db *db, const struct db_entries *entries)
{
	struct db_entry entry;
	struct advisory_event event;
	struct err err = ERR_INIT;
	struct str text;

	assert_int_equal(db_entry_at(db, entries, 0, &entry, &err), 0);
	assert_int_equal(entry.events.n, 2);
	assert_int_equal(db_event_at(db, &entry.events, 1, &event, &err), 0);
	assert_int_equal(event.kind, EVENT_FIXED);
	assert_false(event.begins);
	assert_str(event.version, "2.0");
	/* 1.0 and 1.5 lie in the range and are not said twice. */
	assert_int_equal(entry.versions.n, 2);
	assert_int_equal(db_text_at(db, &entry.versions, 0, &text, &err), 0);
	assert_str(text, "3.0");
	assert_int_equal(db_text_at(db, &entry.versions, 2, &text, &err), -1);
	assert_int_equal(err.code, ERR_DATABASE);
	check_advisory(db, entry.advisory);
}

static void test_round_trip(void **state)
{
	struct buf bytes CLEANUP(buf_release) = BUF_INIT(MIB(4));
	struct memory_sink sink CLEANUP(memory_sink_release);
	struct db *db CLEANUP(db_cleanup) = NULL;
	struct db_stats stats;
	struct db_info info;
	struct db_ecosystem e;
	struct db_entries entries;
	struct err err = ERR_INIT;

	(void)state;
	memory_sink_init(&sink);
	build_bytes(demo, ARRAY_LEN(demo), &bytes, &sink.sink, &stats);
	assert_int_equal(sink.problems.n, 0);
	assert_int_equal(stats.files, 3);
	assert_int_equal(stats.records, 5);
	assert_int_equal(stats.advisories, 4);
	assert_int_equal(stats.packages, 5);
	assert_int_equal(stats.bytes, bytes.n);
	db = open_bytes(buf_str(&bytes));
	assert_int_equal(db_info(db, &info, &err), 0);
	assert_int_equal(info.built_ms, BUILT_MS);
	assert_int_equal(info.advisories, 4);
	assert_int_equal(info.ecosystems, 4);
	assert_int_equal(info.feeds, 3);
	assert_int_equal(db_ecosystem_find(db, STR("pypi"), &e, &err), DB_FOUND);
	assert_str(e.scheme, "pep440");
	assert_int_equal(e.packages, 2);
	assert_int_equal(e.advisories, 2);
	assert_int_equal(db_find(db, &e, STR("demo"), &entries, &err), DB_FOUND);
	assert_int_equal(entries.n, 1);
	check_entry(db, &entries);
	assert_int_equal(db_find(db, &e, STR("Demo"), &entries, &err), DB_MISSING);
	assert_int_equal(db_ecosystem_find(db, STR("npm"), &e, &err), DB_FOUND);
	assert_str(e.scheme, "");
	assert_int_equal(db_find(db, &e, STR("demo"), &entries, &err), DB_MISSING);
	assert_int_equal(db_ecosystem_find(db, STR("debian:13"), &e, &err), DB_MISSING);
	assert_int_equal(db_ecosystem_find(db, STR("debian:12"), &e, &err), DB_FOUND);
	assert_int_equal(db_find(db, &e, STR("demo"), &entries, &err), DB_FOUND);
	assert_int_equal(entries.n, 2);
}

static void test_feeds_table(void **state)
{
	struct buf bytes CLEANUP(buf_release) = BUF_INIT(MIB(4));
	struct memory_sink sink CLEANUP(memory_sink_release);
	struct db *db CLEANUP(db_cleanup) = NULL;
	struct db_stats stats;
	struct db_feed feed;
	struct err err = ERR_INIT;

	(void)state;
	memory_sink_init(&sink);
	build_bytes(demo, ARRAY_LEN(demo), &bytes, &sink.sink, &stats);
	db = open_bytes(buf_str(&bytes));
	assert_int_equal(db_feed_at(db, 0, &feed, &err), 0);
	assert_str(feed.name, "osv/PYSEC");
	assert_int_equal(feed.files, 1);
	assert_int_equal(feed.records, 2);
	assert_int_equal(feed.newest_ms, 4070995200000);
	assert_int_equal(db_feed_at(db, 1, &feed, &err), 0);
	assert_str(feed.name, "debian-list/DSA");
	assert_int_equal(db_feed_at(db, 2, &feed, &err), 0);
	assert_str(feed.name, "kev");
	assert_int_equal(db_feed_at(db, 3, &feed, &err), -1);
}

static void test_same_bytes(void **state)
{
	struct buf a CLEANUP(buf_release) = BUF_INIT(MIB(4)),
		     b CLEANUP(buf_release) = BUF_INIT(MIB(4));
	struct memory_sink sink CLEANUP(memory_sink_release);
	struct db_stats stats;

	(void)state;
	memory_sink_init(&sink);
	build_bytes(demo, ARRAY_LEN(demo), &a, &sink.sink, &stats);
	build_bytes(demo, ARRAY_LEN(demo), &b, &sink.sink, &stats);
	assert_true(str_eq(buf_str(&a), buf_str(&b)));
}

static void test_bad_feeds(void **state)
{
	static const struct feed_text feeds[] = {
	    {"README.md", "# hello\n"},
	    {"strange.json", "{\"a\": 1}"},
	    {"packed.tar.gz", "\x1f\x8b\x08"},
	    {"osv.json", demo_osv},
	    {"broken.json", "{\"id\": \"X\", \"modified\": \"2099-01-01T00:00:00Z\",,\n"
			    "\"affected\": []"},
	};
	struct buf bytes CLEANUP(buf_release) = BUF_INIT(MIB(4));
	struct memory_sink sink CLEANUP(memory_sink_release);
	struct db_stats stats;

	(void)state;
	memory_sink_init(&sink);
	build_bytes(feeds, ARRAY_LEN(feeds), &bytes, &sink.sink, &stats);
	assert_int_equal(stats.ignored_files, 3);
	assert_int_equal(stats.advisories, 2);
	assert_int_equal(stats.refused, 1);
	assert_int_equal(sink.problems.n, 3);
	assert_str(sink.problems.p[0].place.origin.path, "strange.json");
	assert_int_equal(sink.problems.p[1].code, ERR_UNSUPPORTED);
	assert_str(sink.problems.p[2].place.origin.path, "broken.json");
	assert_int_equal(sink.problems.p[2].place.line, 1);
}

static void test_nothing_is_no_database(void **state)
{
	struct db_builder *b CLEANUP(db_builder_cleanup) = db_builder_new(MIB(1));
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct db_stats stats;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(db_builder_finish(b, 0, &out, &stats, &err), -1);
	assert_int_equal(err.code, ERR_DATABASE);
}

/* ---- damage ---- */

static int walk_list(const struct db *db, const struct db_list *list, struct err *err)
{
	struct str text;

	for (uint32_t i = 0; i < list->n; i++) {
		if (db_text_at(db, list, i, &text, err) != 0)
			return -1;
	}
	return 0;
}

static int walk_entries(const struct db *db, const struct db_entries *entries, struct err *err)
{
	for (uint32_t i = 0; i < entries->n; i++) {
		struct db_entry entry;
		struct db_advisory a;

		if (db_entry_at(db, entries, i, &entry, err) != 0 ||
		    db_advisory_at(db, entry.advisory, &a, err) != 0 ||
		    walk_list(db, &entry.versions, err) != 0 || walk_list(db, &a.aliases, err) != 0)
			return -1;
		for (uint32_t j = 0; j < entry.events.n; j++) {
			struct advisory_event event;

			if (db_event_at(db, &entry.events, j, &event, err) != 0)
				return -1;
		}
	}
	return 0;
}

/* Opens and reads everything that a look-up can reach. */
static int walk(struct str bytes, unsigned flags, struct err *err)
{
	static const char *const keys[] = {"pypi", "npm", "debian:11", "debian:12"};
	struct db *db CLEANUP(db_cleanup) = NULL;
	struct db_info info;

	if (db_open_bytes(bytes, flags, &db, err) != 0 || db_info(db, &info, err) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct db_ecosystem e;
		struct db_entries entries;
		enum db_result found = db_ecosystem_find(db, str_of(keys[i]), &e, err);

		if (found == DB_FOUND)
			found = db_find(db, &e, i == 1 ? STR("other") : STR("demo"), &entries, err);
		if (found == DB_ERROR)
			return -1;
		if (found == DB_FOUND && walk_entries(db, &entries, err) != 0)
			return -1;
	}
	return 0;
}

/* In memory of exactly its size, so that a sanitizer sees a byte too many. */
static int walk_copy(struct str bytes, unsigned flags, struct err *err)
{
	char *copy = malloc(bytes.n ? bytes.n : 1);
	int result;

	assert_non_null(copy);
	if (bytes.n > 0)
		memcpy(copy, bytes.p, bytes.n);
	result = walk(str_make(copy, bytes.n), flags, err);
	free(copy);
	return result;
}

static void test_cut_short(void **state)
{
	struct buf bytes CLEANUP(buf_release) = BUF_INIT(MIB(4));
	struct memory_sink sink CLEANUP(memory_sink_release);
	struct db_stats stats;

	(void)state;
	memory_sink_init(&sink);
	build_bytes(demo, ARRAY_LEN(demo), &bytes, &sink.sink, &stats);
	for (size_t n = 0; n < bytes.n; n++) {
		struct err err = ERR_INIT;

		assert_int_equal(walk_copy(str_sub(buf_str(&bytes), 0, n), 0, &err), -1);
		assert_int_equal(err.code, ERR_DATABASE);
	}
}

/* Every byte is under a checksum, each bit of it, also those that no look-up meets. */
static void test_flipped(void **state)
{
	struct buf bytes CLEANUP(buf_release) = BUF_INIT(MIB(4));
	struct memory_sink sink CLEANUP(memory_sink_release);
	struct db_stats stats;

	(void)state;
	memory_sink_init(&sink);
	build_bytes(demo, ARRAY_LEN(demo), &bytes, &sink.sink, &stats);
	for (size_t i = 0; i < 8 * bytes.n; i++) {
		char *p = &bytes.p[i / 8], saved = *p;
		struct err err = ERR_INIT;

		*p = (char)(*p ^ 1 << i % 8);
		assert_int_equal(walk_copy(buf_str(&bytes), 0, &err), -1);
		assert_int_equal(err.code, ERR_DATABASE);
		*p = saved;
	}
}

/* A file whose checksums fit, and whose contents lie: an error or an answer, never a crash. */
static void test_hostile(void **state)
{
	static const unsigned char values[] = {0x00, 0x01, 0x7f, 0xff};
	struct buf bytes CLEANUP(buf_release) = BUF_INIT(MIB(4));
	struct memory_sink sink CLEANUP(memory_sink_release);
	struct db_stats stats;
	size_t refused = 0;

	(void)state;
	memory_sink_init(&sink);
	build_bytes(demo, ARRAY_LEN(demo), &bytes, &sink.sink, &stats);
	for (size_t i = 0; i < bytes.n; i++) {
		char saved = bytes.p[i];

		for (size_t v = 0; v < ARRAY_LEN(values); v++) {
			struct err err = ERR_INIT;

			bytes.p[i] = (char)values[v];
			if (walk_copy(buf_str(&bytes), DB_UNCHECKED, &err) != 0) {
				assert_int_equal(err.code, ERR_DATABASE);
				refused++;
			}
		}
		bytes.p[i] = saved;
	}
	assert_true(refused > 1000);
}

static void test_not_a_database(void **state)
{
	static const char *const texts[] = {"", "x", "PLIMSDB"};
	struct buf zeros CLEANUP(buf_release) = BUF_INIT(MIB(1));

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(walk_copy(str_of(texts[i]), 0, &err), -1);
		assert_int_equal(err.code, ERR_DATABASE);
	}
	for (int i = 0; i < 1000; i++) {
		struct err err = ERR_INIT;

		buf_addc(&zeros, '\0');
		assert_int_equal(walk_copy(buf_str(&zeros), DB_UNCHECKED, &err), -1);
	}
}

/* ---- on disk ---- */

static void write_text(const char *folder, const char *name, const char *text)
{
	char path[512];
	struct err err = ERR_INIT;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	if (file_write(path, str_of(text), 0644, &err) != 0)
		fail_msg("%s", err.text);
}

static void build_on_disk(const char *folder, bool in_process, struct sink *sink)
{
	char output[512], feeds[512];
	struct clock clock = clock_fixed(BUILT_MS);
	struct str input;
	struct db_build build = {&input, 1, output, &clock, &limits_default, in_process};
	struct db *db CLEANUP(db_cleanup) = NULL;
	struct db_stats stats;
	struct err err = ERR_INIT;

	(void)snprintf(output, sizeof output, "%s/advisories.db", folder);
	(void)snprintf(feeds, sizeof feeds, "%s/feeds", folder);
	input = str_of(feeds);
	if (db_build(&build, sink, &stats, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(stats.files, 4);
	assert_int_equal(stats.advisories, 4);
	if (db_open(output, &db, &err) != 0 || db_verify(db, &err) != 0)
		fail_msg("%s", err.text);
}

static void test_on_disk(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct memory_sink sink CLEANUP(memory_sink_release);
	const char *folder;
	char feeds[512];
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, KIB(64));
	memory_sink_init(&sink);
	assert_int_equal(tempdir_open(NULL, &arena, &folder, &err), 0);
	(void)snprintf(feeds, sizeof feeds, "%s/feeds/below", folder);
	assert_int_equal(dir_make(feeds, 0755, &err), 0);
	write_text(feeds, "osv.json", demo_osv);
	write_text(feeds, "../list", demo_list);
	write_text(feeds, "../kev.json", demo_kev);
	write_text(feeds, "../README", "nothing\n");
	build_on_disk(folder, true, &sink.sink);
	build_on_disk(folder, false, &sink.sink);
	assert_int_equal(sink.problems.n, 0);
	assert_int_equal(dir_remove(folder, &err), 0);
}

/* The advisories that the repository ships are whole, and are what their README says. */
static void test_examples(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct memory_sink sink CLEANUP(memory_sink_release);
	struct clock clock = clock_fixed(BUILT_MS);
	struct str input = STR(TEST_DATA "/../../examples/advisories");
	struct db_build build = {&input, 1, NULL, &clock, &limits_default, false};
	struct db *db CLEANUP(db_cleanup) = NULL;
	struct db_ecosystem e;
	struct db_entries entries;
	struct db_stats stats;
	const char *folder;
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, KIB(64));
	memory_sink_init(&sink);
	assert_int_equal(tempdir_open(NULL, &arena, &folder, &err), 0);
	build.output = arena_fmt(&arena, "%s/advisories.db", folder).p;
	if (db_build(&build, &sink.sink, &stats, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(sink.problems.n, 0);
	assert_int_equal(stats.files, 12);
	assert_int_equal(stats.ignored_files, 1);
	assert_int_equal(db_open(build.output, &db, &err), 0);
	assert_int_equal(db_ecosystem_find(db, STR("debian:12"), &e, &err), DB_FOUND);
	assert_int_equal(e.packages, 8);
	assert_int_equal(e.advisories, 15);
	assert_int_equal(db_ecosystem_find(db, STR("pypi"), &e, &err), DB_FOUND);
	assert_int_equal(db_find(db, &e, STR("flask-cors"), &entries, &err), DB_FOUND);
	assert_int_equal(dir_remove(folder, &err), 0);
}

static void test_missing_files(void **state)
{
	struct clock clock = clock_fixed(BUILT_MS);
	struct str input = STR("/nonexistent/feeds");
	struct db_build build = {
	    &input, 1, "/nonexistent/advisories.db", &clock, &limits_default, true};
	struct memory_sink sink CLEANUP(memory_sink_release);
	struct db *db = NULL;
	struct db_stats stats;
	struct err err = ERR_INIT;

	(void)state;
	memory_sink_init(&sink);
	assert_int_equal(db_build(&build, &sink.sink, &stats, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_int_equal(db_open("/nonexistent/advisories.db", &db, &err), -1);
	assert_int_equal(err.code, ERR_DATABASE);
	assert_int_equal(db_open("/", &db, &err), -1);
	assert_int_equal(err.code, ERR_DATABASE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_feeds_table),
	    cmocka_unit_test(test_same_bytes),
	    cmocka_unit_test(test_bad_feeds),
	    cmocka_unit_test(test_nothing_is_no_database),
	    cmocka_unit_test(test_cut_short),
	    cmocka_unit_test(test_flipped),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_not_a_database),
	    cmocka_unit_test(test_on_disk),
	    cmocka_unit_test(test_examples),
	    cmocka_unit_test(test_missing_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
