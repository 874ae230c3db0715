/*
 * Real feeds: PLIMSOLL_TEST_FEEDS names a folder with archives of them. All are read
 * without a refused record, and facts that anyone can look up are found again. Skipped,
 * saying so, without the folder.
 */
#include "base/os/owned.h"
#include "base/os/spawn.h"
#include "detect/vuln/match.h"
#include "vuln_fixture.h"

static const char *const archives[] = {
    "pypa", "go-osv", "rustsec-osv", "almalinux-osv", "debian-dsa-dla"};

static bool unpack(const char *from, const char *name, const char *to)
{
	char archive[512];
	const char *const argv[] = {"tar", "-xzf", archive, "-C", to, NULL};
	struct spawn s = {.argv = argv, .timeout_ms = 60000};
	struct spawn_result result;
	struct err err = ERR_INIT;

	(void)snprintf(archive, sizeof archive, "%s/%s.tar.gz", from, name);
	return file_exists(archive) && spawn_run(&s, &result, &err) == 0 && result.status == 0;
}

static size_t unpack_all(
    const char *from, const char *folder, struct arena *arena, struct str *inputs)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(archives); i++) {
		struct str to = arena_fmt(arena, "%s/%s", folder, archives[i]);
		struct err err = ERR_INIT;

		if (dir_make(to.p, 0755, &err) != 0)
			fail_msg("%s", err.text);
		if (unpack(from, archives[i], to.p))
			inputs[n++] = to;
	}
	return n;
}

static void build(const struct str *inputs, size_t n, const char *output, struct sink *sink)
{
	struct clock clock = clock_fixed(BUILT_MS);
	struct db_build b = {inputs, n, output, &clock, &limits_default, false};
	int64_t begin = clock_system.mono_ms(&clock_system);
	struct db_stats stats;
	struct err err = ERR_INIT;

	if (db_build(&b, sink, &stats, &err) != 0)
		fail_msg("%s", err.text);
	print_message("%llu records of %llu files, %llu packages, %llu bytes in %lld ms\n",
	    (unsigned long long)stats.records, (unsigned long long)stats.files,
	    (unsigned long long)stats.packages, (unsigned long long)stats.bytes,
	    (long long)(clock_system.mono_ms(&clock_system) - begin));
	assert_int_equal(stats.refused, 0);
	assert_true(stats.advisories > 1000);
}

/* flask-cors 3.0.8 is vulnerable and 3.0.9 is not: PYSEC-2020-43. */
static void check_facts(const struct db *db, struct memory_sink *sink, struct arena *arena)
{
	struct package fixed = {
	    .type = STR("pypi"), .name = STR("flask-cors"), .version = STR("3.0.9")};
	struct package packages[] = {
	    {.type = STR("pypi"), .name = STR("flask-cors"), .version = STR("3.0.8")},
	    {.type = STR("deb"),
		.name = STR("libssl1.1"),
		.version = STR("1.1.1k-1"),
		.source = STR("openssl"),
		.source_version = STR("1.1.1k-1")},
	};
	struct inventory inventory = {.distro = {.id = STR("debian"), .version_id = STR("11")}};
	struct vuln_options options = {BUILT_MS};
	struct vuln_gaps gaps = {0};
	struct err err = ERR_INIT;
	bool flask = false, openssl = false;

	inventory.packages.p = &fixed;
	inventory.packages.n = 1;
	if (vuln_match(db, &inventory, &options, &sink->sink, &gaps, arena, &err) != 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < sink->findings.n; i++)
		assert_false(str_eq(sink->findings.p[i].rule, STR("CVE-2020-25032")));
	inventory.packages.p = packages;
	inventory.packages.n = ARRAY_LEN(packages);
	if (vuln_match(db, &inventory, &options, &sink->sink, &gaps, arena, &err) != 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < sink->findings.n; i++) {
		struct str rule = sink->findings.p[i].rule;

		flask |= str_eq(rule, STR("CVE-2020-25032"));
		openssl |= str_eq(rule, STR("CVE-2021-3711"));
	}
	assert_true(flask);
	assert_true(openssl);
}

static void test_all(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct memory_sink sink CLEANUP(memory_sink_release);
	struct db *db CLEANUP(db_cleanup) = NULL;
	const char *from = getenv("PLIMSOLL_TEST_FEEDS"), *folder;
	struct str inputs[ARRAY_LEN(archives)], output;
	struct err err = ERR_INIT;
	size_t n;

	(void)state;
	if (!from) {
		print_message("skipped: PLIMSOLL_TEST_FEEDS names no folder of real feeds\n");
		skip();
	}
	arena_init(&arena, MIB(16));
	memory_sink_init(&sink);
	if (tempdir_open(NULL, &arena, &folder, &err) != 0)
		fail_msg("%s", err.text);
	n = unpack_all(from, folder, &arena, inputs);
	assert_int_equal(n, ARRAY_LEN(archives));
	output = arena_fmt(&arena, "%s/advisories.db", folder);
	build(inputs, n, output.p, &sink.sink);
	assert_int_equal(sink.problems.n, 0);
	if (db_open(output.p, &db, &err) != 0 || db_verify(db, &err) != 0)
		fail_msg("%s", err.text);
	check_facts(db, &sink, &arena);
	if (dir_remove(folder, &err) != 0)
		fail_msg("%s", err.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
