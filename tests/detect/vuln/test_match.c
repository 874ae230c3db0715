/*
 * Inventories against databases: what is found, how it is reported, what is not covered.
 */
#include "detect/vuln/match.h"
#include "vuln_fixture.h"

#define CVSS "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"

static const char flask_osv[] =
    "[{\"id\": \"PYSEC-2020-43\", \"modified\": \"2020-09-01T00:00:00Z\","
    "  \"aliases\": [\"CVE-2020-25032\", \"GHSA-xc3p-ff3m-f46v\"],"
    "  \"details\": \"Path traversal.\","
    "  \"affected\": [{\"package\": {\"ecosystem\": \"PyPI\", \"name\": \"flask-cors\"},"
    "    \"ranges\": [{\"type\": \"ECOSYSTEM\","
    "      \"events\": [{\"introduced\": \"0\"}, {\"fixed\": \"3.0.9\"}]}]}]},"
    " {\"id\": \"GHSA-xc3p-ff3m-f46v\", \"modified\": \"2020-09-02T00:00:00Z\","
    "  \"aliases\": [\"CVE-2020-25032\"], \"summary\": \"Path traversal in Flask-Cors\","
    "  \"severity\": [{\"type\": \"CVSS_V3\", \"score\": \"" CVSS "\"}],"
    "  \"affected\": [{\"package\": {\"ecosystem\": \"PyPI\", \"name\": \"Flask-Cors\"},"
    "    \"ranges\": [{\"type\": \"ECOSYSTEM\","
    "      \"events\": [{\"introduced\": \"0\"}, {\"fixed\": \"3.0.9\"}]}]}]},"
    " {\"id\": \"PYSEC-2099-1\", \"modified\": \"2099-01-01T00:00:00Z\","
    "  \"withdrawn\": \"2099-01-01T00:00:00Z\","
    "  \"affected\": [{\"package\": {\"ecosystem\": \"PyPI\", \"name\": \"flask-cors\"},"
    "    \"versions\": [\"3.0.8\"]}]},"
    " {\"id\": \"PYSEC-2099-2\", \"modified\": \"2099-01-01T00:00:00Z\","
    "  \"affected\": [{\"package\": {\"ecosystem\": \"PyPI\", \"name\": \"listed\"},"
    "    \"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [{\"introduced\": \"2\"},"
    "      {\"last_affected\": \"2.5\"}, {\"introduced\": \"3\"}, {\"fixed\": \"3.2\"}]}],"
    "    \"versions\": [\"1.0\"]}]},"
    " {\"id\": \"PYSEC-2099-3\", \"modified\": \"2099-01-01T00:00:00Z\","
    "  \"affected\": [{\"package\": {\"ecosystem\": \"PyPI\", \"name\": \"garbled\"},"
    "    \"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [{\"introduced\": \"0\"},"
    "      {\"fixed\": \"not a version\"}]}]}]},"
    " {\"id\": \"GO-1\", \"modified\": \"2099-01-01T00:00:00Z\","
    "  \"affected\": [{\"package\": {\"ecosystem\": \"Go\", \"name\": \"example.com/x\"},"
    "    \"ranges\": [{\"type\": \"SEMVER\", \"events\": [{\"introduced\": \"0\"}]}]}]}]";
static const char debian_list[] = "[01 Jan 2099] DSA-1-1 openssl - security update\n"
				  "\t{CVE-2099-1 CVE-2099-2}\n"
				  "\t[bookworm] - openssl 3.0.13-1\n"
				  "[02 Jan 2099] DSA-2-1 openssl - security update\n"
				  "\t{CVE-2099-2}\n"
				  "\t[bookworm] - openssl 3.0.14-1~deb12u1\n"
				  "[03 Jan 2099] DSA-3-1 zlib - security update\n"
				  "\t{CVE-2099-3}\n"
				  "\t[bookworm] - zlib <no-dsa> (minor)\n"
				  "[04 Jan 2099] DSA-4-1 perl - security update\n"
				  "\t[bookworm] - perl 5.36.0-8\n";
static const char kev[] =
    "{\"catalogVersion\": \"1\", \"vulnerabilities\": [{\"cveID\": \"CVE-2099-1\"}]}";

static const struct feed_text feeds_all[] = {
    {"osv.json", flask_osv},
    {"list", debian_list},
    {"kev.json", kev},
};

struct scene {
	struct buf bytes;
	struct db *db;
	struct memory_sink sink;
	struct arena arena;
	struct inventory inventory;
	struct vuln_gaps gaps;
};

static void scene_open(struct scene *s, const struct feed_text *texts, size_t n)
{
	struct db_stats stats;
	struct err err = ERR_INIT;

	*s = (struct scene){.bytes = BUF_INIT(MIB(4))};
	memory_sink_init(&s->sink);
	arena_init(&s->arena, MIB(64));
	build_bytes(texts, n, &s->bytes, &s->sink.sink, &stats);
	if (db_open_bytes(buf_str(&s->bytes), 0, &s->db, &err) != 0)
		fail_msg("%s", err.text);
	s->inventory.distro = (struct distro){.id = STR("debian"), .version_id = STR("12")};
}

static void scene_close(struct scene *s)
{
	db_close(s->db);
	memory_sink_release(&s->sink);
	arena_release(&s->arena);
	buf_release(&s->bytes);
}

static void add_python(
    struct scene *s, const char *name, const char *version, const char *path, uint32_t line)
{
	struct package p = {.type = STR("pypi"), .name = str_of(name), .version = str_of(version)};

	p.place = (struct place){.origin.path = str_of(path), .line = line};
	assert_true(vec_push(&s->inventory.packages, &s->arena, p));
}

static void add_deb(struct scene *s, const char *name, const char *source, const char *version)
{
	struct package p = {.type = STR("deb"), .name = str_of(name), .version = str_of(version)};

	p.source = str_of(source);
	p.source_version = p.version;
	p.place = (struct place){.origin.path = STR("var/lib/dpkg/status"),
	    .line = (uint32_t)s->inventory.packages.n + 1};
	assert_true(vec_push(&s->inventory.packages, &s->arena, p));
}

static void match_at(struct scene *s, int64_t now_ms)
{
	struct vuln_options options = {now_ms};
	struct err err = ERR_INIT;

	if (vuln_match(s->db, &s->inventory, &options, &s->sink.sink, &s->gaps, &s->arena, &err) !=
	    0)
		fail_msg("%s", err.text);
}

static void match(struct scene *s)
{
	int64_t now;

	assert_true(time_parse(STR("2099-06-01"), &now));
	match_at(s, now);
}

static void assert_str(struct str s, const char *expected)
{
	if (!str_eq(s, str_of(expected)))
		fail_msg("\"" STR_FMT "\" is not \"%s\"", STR_ARG(s), expected);
}

static const struct finding *find(const struct scene *s, const char *rule)
{
	for (size_t i = 0; i < s->sink.findings.n; i++) {
		if (str_eq(s->sink.findings.p[i].rule, str_of(rule)))
			return &s->sink.findings.p[i];
	}
	fail_msg("no finding %s", rule);
	return NULL;
}

static void check_flask(const struct finding *f)
{
	assert_str(f->message, "flask-cors 3.0.8 \xe2\x86\x92 3.0.9");
	assert_str(f->title, "Path traversal.");
	assert_str(f->threat, "image");
	assert_str(f->identity, "pkg:pypi/flask-cors CVE-2020-25032");
	assert_int_equal(f->stage, STAGE_SCAN);
	assert_int_equal(f->severity, SEVERITY_HIGH);
	assert_int_equal(f->n_places, 2);
	assert_str(f->places[0].origin.path, "requirements.txt");
	assert_int_equal(f->places[0].line, 3);
	assert_str(f->places[1].origin.path, "a.dist-info/METADATA");
	assert_str(f->package->version, "3.0.8");
	assert_str(f->fix->text, "upgrade flask-cors to 3.0.9");
	assert_str(f->vulnerability->id, "CVE-2020-25032");
	assert_int_equal(f->vulnerability->aliases.n, 2);
	assert_str(f->vulnerability->aliases.p[0], "GHSA-xc3p-ff3m-f46v");
	assert_str(f->vulnerability->aliases.p[1], "PYSEC-2020-43");
	assert_int_equal(f->vulnerability->fixed.n, 1);
	assert_str(f->vulnerability->fixed.p[0], "3.0.9");
	assert_int_equal(f->vulnerability->cvss_tenths, 75);
	assert_str(f->vulnerability->cvss_vector, CVSS);
	assert_str(f->vulnerability->range, ">= 0, < 3.0.9");
	assert_str(f->vulnerability->feed, "osv/PYSEC");
	assert_int_equal(f->vulnerability->kev, 0);
}

/* Two records of one vulnerability, in two places: one finding, the editable place first. */
static void test_python(void **state)
{
	struct scene s CLEANUP(scene_close);

	(void)state;
	scene_open(&s, feeds_all, ARRAY_LEN(feeds_all));
	add_python(&s, "flask-cors", "3.0.8", "a.dist-info/METADATA", 0);
	add_python(&s, "Flask_CORS", "3.0.8", "requirements.txt", 3);
	add_python(&s, "flask-cors", "3.0.9", "other/requirements.txt", 1);
	add_python(&s, "flask", "3.0.8", "requirements.txt", 4);
	match(&s);
	assert_int_equal(s.gaps.n, 0);
	assert_int_equal(s.sink.findings.n, 1);
	check_flask(find(&s, "CVE-2020-25032"));
}

/* A package that stands in several places is found at each. */
static void test_occurrences(void **state)
{
	struct scene s CLEANUP(scene_close);
	struct place others[] = {{.origin.path = STR("b/METADATA")},
	    {.origin = {.path = STR("c.zip"), .inner = STR("METADATA")}}};
	const struct finding *f;

	(void)state;
	scene_open(&s, feeds_all, ARRAY_LEN(feeds_all));
	add_python(&s, "flask-cors", "3.0.8", "requirements.txt", 3);
	s.inventory.packages.p[0].occurrences = others;
	s.inventory.packages.p[0].n_occurrences = 2;
	s.inventory.packages.p[0].more_occurrences = 5;
	add_python(&s, "flask-cors", "3.0.8", "z/METADATA", 0);
	match(&s);
	f = find(&s, "CVE-2020-25032");
	assert_int_equal(f->n_places, 4);
	assert_str(f->places[0].origin.path, "requirements.txt");
	assert_str(f->places[1].origin.path, "b/METADATA");
	assert_str(f->places[2].origin.inner, "METADATA");
	assert_str(f->places[3].origin.path, "z/METADATA");
	assert_int_equal(f->more_places, 5);
}

/* Withdrawn on 2099-01-01: until then it counts. */
static void test_withdrawn(void **state)
{
	struct scene s CLEANUP(scene_close);

	(void)state;
	scene_open(&s, feeds_all, ARRAY_LEN(feeds_all));
	add_python(&s, "flask-cors", "3.0.8", "requirements.txt", 3);
	match_at(&s, 1000);
	assert_int_equal(s.sink.findings.n, 2);
	assert_str(find(&s, "PYSEC-2099-1")->message, "flask-cors 3.0.8, no fixed version known");
	assert_null(find(&s, "PYSEC-2099-1")->fix);
}

static void check_listed(const char *version, const char *message, const char *range)
{
	struct scene s CLEANUP(scene_close);
	const struct finding *f;

	scene_open(&s, feeds_all, ARRAY_LEN(feeds_all));
	add_python(&s, "listed", version, "requirements.txt", 3);
	match(&s);
	assert_int_equal(s.sink.findings.n, message != NULL);
	if (!message)
		return;
	f = find(&s, "PYSEC-2099-2");
	assert_str(f->message, message);
	assert_str(f->vulnerability->range, range);
}

static void test_ranges(void **state)
{
	(void)state;
	check_listed("1.0", "listed 1.0, no fixed version known", "= 1.0");
	check_listed("1.0.0", "listed 1.0.0, no fixed version known", "= 1.0.0");
	check_listed("1.1", NULL, NULL);
	check_listed("2.0rc1", NULL, NULL);
	check_listed("2", "listed 2 \xe2\x86\x92 3.2", ">= 2, <= 2.5");
	check_listed("2.5", "listed 2.5 \xe2\x86\x92 3.2", ">= 2, <= 2.5");
	check_listed("2.5.1", NULL, NULL);
	check_listed("3.1", "listed 3.1 \xe2\x86\x92 3.2", ">= 3, < 3.2");
	check_listed("3.2", NULL, NULL);
}

static void check_openssl(const struct scene *s)
{
	const struct finding *one = find(s, "CVE-2099-1"), *two = find(s, "CVE-2099-2");

	assert_str(one->message, "openssl 3.0.11-1 \xe2\x86\x92 3.0.13-1 (libssl3, openssl)");
	assert_int_equal(one->n_places, 2);
	assert_int_equal(one->severity, SEVERITY_UNKNOWN);
	assert_int_equal(one->vulnerability->kev, 1);
	assert_str(one->vulnerability->aliases.p[0], "DSA-1-1");
	assert_str(one->identity, "pkg:deb/openssl CVE-2099-1");
	/* Two DSAs of one CVE: what cures is the later. */
	assert_str(
	    two->message, "openssl 3.0.11-1 \xe2\x86\x92 3.0.14-1~deb12u1 (libssl3, openssl)");
	assert_int_equal(two->vulnerability->aliases.n, 2);
	assert_int_equal(two->vulnerability->fixed.n, 2);
	assert_int_equal(two->vulnerability->kev, 0);
}

static void test_debian(void **state)
{
	struct scene s CLEANUP(scene_close);

	(void)state;
	scene_open(&s, feeds_all, ARRAY_LEN(feeds_all));
	add_deb(&s, "openssl", "openssl", "3.0.11-1");
	add_deb(&s, "libssl3", "openssl", "3.0.11-1");
	add_deb(&s, "zlib1g", "zlib", "1:1.2.13-1");
	add_deb(&s, "perl", "perl", "5.36.0-7");
	add_deb(&s, "perl-base", "perl", "5.36.0-8");
	add_deb(&s, "bash", "bash", "5.2-1");
	match(&s);
	assert_int_equal(s.gaps.n, 0);
	assert_int_equal(s.sink.findings.n, 4);
	check_openssl(&s);
	assert_str(find(&s, "CVE-2099-3")->message,
	    "zlib 1:1.2.13-1, no update planned by its publisher (zlib1g)");
	assert_str(find(&s, "DSA-4-1")->message, "perl 5.36.0-7 \xe2\x86\x92 5.36.0-8");
}

static void check_gap(
    const struct scene *s, size_t i, const char *what, const char *why, uint64_t packages)
{
	assert_true(i < s->gaps.n);
	assert_str(s->gaps.p[i].what, what);
	assert_str(s->gaps.p[i].why, why);
	assert_int_equal(s->gaps.p[i].packages, packages);
}

/* What cannot be judged is reported, and never clean. */
static void test_not_covered(void **state)
{
	struct scene s CLEANUP(scene_close);
	struct package go = {
	    .type = STR("golang"), .name = STR("example.com/x"), .version = STR("1")};
	struct package npm = {.type = STR("npm"), .name = STR("x"), .version = STR("1")};

	(void)state;
	scene_open(&s, feeds_all, ARRAY_LEN(feeds_all));
	s.inventory.distro.version_id = STR("13");
	add_deb(&s, "openssl", "openssl", "3.0.11-1");
	add_deb(&s, "bash", "bash", "5.2-1");
	assert_true(vec_push(&s.inventory.packages, &s.arena, go));
	assert_true(vec_push(&s.inventory.packages, &s.arena, npm));
	add_python(&s, "flask-cors", "dev", "requirements.txt", 3);
	add_python(&s, "garbled", "1.0", "requirements.txt", 4);
	match(&s);
	assert_int_equal(s.sink.findings.n, 0);
	assert_int_equal(s.gaps.n, 5);
	check_gap(&s, 0, "debian 13", "no advisories in this database", 2);
	check_gap(&s, 1, "golang", "its versions cannot be compared yet", 1);
	check_gap(&s, 2, "npm", "no advisories in this database", 1);
	check_gap(&s, 3, "flask-cors dev", "the version cannot be compared", 1);
	check_gap(&s, 4, "PYSEC-2099-3 in garbled",
	    "the advisory has a version that cannot be compared", 1);
}

static void test_unknown_distribution(void **state)
{
	struct scene s CLEANUP(scene_close);

	(void)state;
	scene_open(&s, feeds_all, ARRAY_LEN(feeds_all));
	s.inventory.distro = (struct distro){.id = STR("")};
	add_deb(&s, "openssl", "openssl", "3.0.11-1");
	match(&s);
	assert_int_equal(s.sink.findings.n, 0);
	assert_int_equal(s.gaps.n, 1);
	check_gap(&s, 0, "packages of an unknown distribution",
	    "it is not known which of its advisories apply", 1);
}

/* Debian testing has no VERSION_ID: its code name says which release it is. */
static void test_codename(void **state)
{
	struct scene s CLEANUP(scene_close);

	(void)state;
	scene_open(&s, feeds_all, ARRAY_LEN(feeds_all));
	s.inventory.distro = (struct distro){.id = STR("debian"), .codename = STR("bookworm")};
	add_deb(&s, "openssl", "openssl", "3.0.13-1");
	match(&s);
	assert_int_equal(s.gaps.n, 0);
	assert_int_equal(s.sink.findings.n, 1);
}

static void check_repair(const char *text, uint32_t line, const char *expected)
{
	struct scene s CLEANUP(scene_close);
	struct finding_fix fix = {STR_NONE, NULL, 0};
	struct str before;
	const struct finding_edit *edit;
	struct buf after = BUF_INIT(KIB(4));

	scene_open(&s, feeds_all, ARRAY_LEN(feeds_all));
	add_python(&s, "flask-cors", "3.0.8", "requirements.txt", line);
	match(&s);
	before = str_of(text);
	if (!vuln_repair(find(&s, "CVE-2020-25032"), before, &s.arena, &fix)) {
		assert_null(expected);
		return;
	}
	assert_int_equal(fix.n_edits, 1);
	edit = fix.edits;
	assert_str(edit->path, "requirements.txt");
	assert_int_equal(edit->level, EDIT_SUGGESTED);
	assert_int_equal(edit->importance, edit_importance(SEVERITY_HIGH));
	buf_add(&after, str_sub(before, 0, (size_t)edit->offset));
	buf_add(&after, edit->text);
	buf_add(&after, str_sub(before, (size_t)edit->end, before.n));
	assert_non_null(expected);
	assert_string_equal(buf_cstr(&after), expected);
	buf_release(&after);
}

static void test_repair(void **state)
{
	(void)state;
	check_repair("flask-cors==3.0.8\n", 1, "flask-cors==3.0.9\n");
	check_repair("x\n# y\nFlask-Cors [a] == 3.0.8 ; python_version > '3'", 3,
	    "x\n# y\nFlask-Cors [a] == 3.0.9 ; python_version > '3'");
	check_repair("flask-cors==3.0.80\n", 1, NULL);
	check_repair("flask-cors==3.0.8.1\n", 1, NULL);
	check_repair("flask-cors>=3.0.8\n", 1, NULL);
	check_repair("flask-cors==3.0.8 \\\n --hash=sha256:00\n", 1, NULL);
	check_repair("flask-cors==3.0.8\n", 2, NULL);
	check_repair("flask-cors==3.0.8\n", 0, NULL);
	check_repair("", 1, NULL);
}

/* Each allocation fails once: an error every time, and never half an answer called whole. */
static void test_no_memory(void **state)
{
	struct scene s CLEANUP(scene_close);
	struct vuln_options options = {BUILT_MS};
	int result = -1;
	size_t failures = 0;

	(void)state;
	scene_open(&s, feeds_all, ARRAY_LEN(feeds_all));
	add_python(&s, "flask-cors", "3.0.8", "requirements.txt", 3);
	add_python(&s, "garbled", "1.0", "requirements.txt", 4);
	add_deb(&s, "openssl", "openssl", "3.0.11-1");
	for (size_t at = 1; result < 0; at++) {
		struct arena arena CLEANUP(arena_release);
		struct vuln_gaps gaps = {0};
		struct err err = ERR_INIT;

		arena_init(&arena, MIB(1));
		arena.fail_at = at;
		result =
		    vuln_match(s.db, &s.inventory, &options, &s.sink.sink, &gaps, &arena, &err);
		if (result < 0)
			assert_int_equal(err.code, ERR_NOMEM);
		failures += result < 0;
	}
	assert_true(failures > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_python),
	    cmocka_unit_test(test_occurrences),
	    cmocka_unit_test(test_withdrawn),
	    cmocka_unit_test(test_ranges),
	    cmocka_unit_test(test_debian),
	    cmocka_unit_test(test_not_covered),
	    cmocka_unit_test(test_unknown_distribution),
	    cmocka_unit_test(test_codename),
	    cmocka_unit_test(test_repair),
	    cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
