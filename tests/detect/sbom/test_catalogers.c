/*
 * Catalogers, data-driven: tests/data/sbom/NAME is read as if it lay at a path, and what
 * is reported, as text, is NAME.expect.
 */
#include "base/map.h"
#include "base/os/fd.h"
#include "detect/sbom/cataloger.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

#include "../../base/full_arena.h"

struct text_sink {
	struct sink sink;
	struct buf out;
};

static struct buf *out_of(struct sink *s)
{
	return &container_of(s, struct text_sink, sink)->out;
}

static int no_finding(struct sink *s, const struct finding *finding, struct err *err)
{
	(void)s;
	(void)finding;
	return err_set(err, ERR_FORMAT, "a cataloger told a finding");
}

static int on_package(struct sink *s, const struct package *p, struct err *err)
{
	struct buf *out = out_of(s);

	(void)err;
	buf_addf(out, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(p->type), STR_ARG(p->name),
	    STR_ARG(p->version));
	if (p->source.n > 0)
		buf_addf(out, " " STR_FMT " from " STR_FMT " " STR_FMT, STR_ARG(p->arch),
		    STR_ARG(p->source), STR_ARG(p->source_version));
	buf_addf(out, " at %u:%u", p->place.line, p->place.column);
	if (p->place.end_line > 0)
		buf_addf(out, "-%u:%u", p->place.end_line, p->place.end_column);
	if (p->scope != SCOPE_UNKNOWN)
		buf_addf(out, " for " STR_FMT, STR_ARG(package_scope_word(p->scope)));
	if (p->licence.n > 0)
		buf_addf(out, " licence " STR_FMT, STR_ARG(p->licence));
	buf_addc(out, '\n');
	if (!str_eq(p->place.origin.layer, STR("sha256:layer")))
		fail_msg("a package without the unit's layer");
	return 0;
}

static int on_distro(struct sink *s, const struct distro *d, struct err *err)
{
	(void)err;
	buf_addf(out_of(s), "distro " STR_FMT " " STR_FMT " " STR_FMT " \"" STR_FMT "\"\n",
	    STR_ARG(d->id), STR_ARG(d->version_id), STR_ARG(d->codename), STR_ARG(d->pretty));
	return 0;
}

static int on_problem(struct sink *s, const struct problem *p, struct err *err)
{
	(void)err;
	buf_addf(out_of(s), "problem at %u: " STR_FMT "\n", p->place.line, STR_ARG(p->message));
	return 0;
}

static int on_gap(struct sink *s, const struct not_covered *gap, struct err *err)
{
	(void)err;
	buf_addf(out_of(s), "gap of %llu: " STR_FMT ": " STR_FMT "\n",
	    (unsigned long long)gap->packages, STR_ARG(gap->what), STR_ARG(gap->why));
	return 0;
}

static int on_owned(struct sink *s, const struct owned_file *owned, struct err *err)
{
	(void)err;
	buf_addf(out_of(s), "owned " STR_FMT " by " STR_FMT "\n", STR_ARG(owned->path),
	    STR_ARG(owned->package));
	return 0;
}

static const struct sink_ops text_ops = {.finding = no_finding,
    .package = on_package,
    .distro = on_distro,
    .problem = on_problem,
    .gap = on_gap,
    .owned = on_owned};

static struct str read_data(const char *name, const char *ending, struct arena *arena)
{
	char path[512];
	struct err err = ERR_INIT;
	struct str text;

	(void)snprintf(path, sizeof path, "%s/sbom/%s%s", TEST_DATA, name, ending);
	if (file_read(path, MIB(1), arena, &text, &err) != 0)
		fail_msg("%s", err.text);
	return text;
}

static void check(const char *name, const char *path)
{
	struct arena arena CLEANUP(arena_release);
	struct text_sink sink = {{.ops = &text_ops}, BUF_INIT(MIB(1))};
	struct unit unit = {.origin.path = str_of(path), .origin.layer = STR("sha256:layer")};
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(8));
	unit.bytes = read_data(name, "", &arena);
	assert_true(sbom_wants(unit.origin.path));
	if (sbom_catalog(&unit, &sink.sink, &arena, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(buf_cstr(&sink.out), read_data(name, ".expect", &arena).p);
	buf_release(&sink.out);
}

static void test_dpkg(void **state)
{
	(void)state;
	check("status", "var/lib/dpkg/status");
	check("status.d", "var/lib/dpkg/status.d/tzdata");
}

static void test_dpkg_files(void **state)
{
	(void)state;
	check("python3-six.list", "var/lib/dpkg/info/python3-six.list");
}

static void test_requirements(void **state)
{
	(void)state;
	check("requirements.txt", "requirements.txt");
	check("requirements-lines", "requirements.txt");
}

static struct str scope_in(const char *path, struct text_sink *sink, struct arena *arena)
{
	struct unit unit = {
	    .origin = {.path = str_of(path), .layer = STR("sha256:layer")}, .bytes = STR("a==1\n")};
	struct err err = ERR_INIT;
	size_t at;

	buf_clear(&sink->out);
	if (sbom_catalog(&unit, &sink->sink, arena, &err) != 0)
		fail_msg("%s", err.text);
	at = str_find(buf_str(&sink->out), STR(" for "));
	return at == STR_NPOS ? STR("") : str_trim(str_sub(buf_str(&sink->out), at + 5, SIZE_MAX));
}

static void test_scopes(void **state)
{
	static const struct {
		const char *path, *scope;
	} rows[] = {
	    {"requirements.txt", ""},
	    {"requirements-dev.txt", "development"},
	    {"requirements_Dev.txt", "development"},
	    {"a/requirements/development.txt", "development"},
	    {"requirements.test.txt", "test"},
	    {"requirements/tests.txt", "test"},
	    {"requirements/dev/base.txt", ""},
	    {"requirements-devices.txt", ""},
	    {"dev/requirements.txt", ""},
	};
	struct arena arena CLEANUP(arena_release);
	struct text_sink sink = {{.ops = &text_ops}, BUF_INIT(MIB(1))};

	(void)state;
	arena_init(&arena, MIB(8));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str scope = scope_in(rows[i].path, &sink, &arena);

		if (!str_eq(scope, str_of(rows[i].scope)))
			fail_msg("%s: \"" STR_FMT "\"", rows[i].path, STR_ARG(scope));
	}
	buf_release(&sink.out);
}

static void test_dist_info(void **state)
{
	(void)state;
	check("METADATA", "usr/lib/python3.11/site-packages/Flask_Cors-3.0.8.dist-info/METADATA");
	check("PKG-INFO", "app/demo.egg-info/PKG-INFO");
	check("METADATA", "app/demo.egg-info");
}

static void test_os_release(void **state)
{
	(void)state;
	check("os-release", "etc/os-release");
	check("os-release", "usr/lib/os-release");
	check("os-release-quotes", "etc/os-release");
	check("os-release-none", "etc/os-release");
}

static void test_wants(void **state)
{
	static const char *const unwanted[] = {"", "status", "/var/lib/dpkg/status",
	    "app/var/lib/dpkg/status", "var/lib/dpkg/status.d/", "var/lib/dpkg/status.d/x.md5sums",
	    "var/lib/dpkg/status.d/a/b", "var/lib/dpkg/info/x.md5sums", "requirements.md",
	    "my-requirements.txt", "usr/lib/python3.11/site-packages/x/requirements.txt",
	    "x.dist-info/RECORD", "opt/os-release"};
	static const char *const wanted[] = {"requirements-dev.txt", "app/requirements.txt",
	    "requirements/base.txt", "a/requirements/base.txt"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unwanted); i++) {
		if (sbom_wants(str_of(unwanted[i])))
			fail_msg("wants %s", unwanted[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		if (!sbom_wants(str_of(wanted[i])))
			fail_msg("does not want %s", wanted[i]);
	}
}

static void test_records(void **state)
{
	size_t n;
	const struct cataloger *const *all = catalogers(&n);
	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct cataloger *c = all[i];

		assert_true(c->name.n > 0 && c->what.n > 0 && c->paths.n > 0 && c->since.n == 10);
	}
}

static void assert_str(struct str s, const char *expected)
{
	if (!str_eq(s, str_of(expected)))
		fail_msg("\"" STR_FMT "\" is not \"%s\"", STR_ARG(s), expected);
}

/* What dpkg owns goes, what is left gets its package URL. */
static void test_finish(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct inventory inventory = {
	    .distro = {.id = STR("debian"), .version_id = STR("12"), .codename = STR("bookworm")}};
	struct package packages[] = {
	    {.type = STR("deb"),
		.name = STR("libssl3"),
		.version = STR("3.0.11-1"),
		.arch = STR("amd64")},
	    {.type = STR("pypi"),
		.name = STR("six"),
		.version = STR("1.16.0"),
		.place = {.origin.path = STR("usr/lib/six.egg-info")}},
	    {.type = STR("pypi"),
		.name = STR("flask-cors"),
		.version = STR("3.0.8"),
		.place = {.origin.path = STR("requirements.txt")}},
	};
	struct map owned;
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, MIB(1));
	map_init(&owned, &arena);
	assert_true(map_put(&owned, STR("usr/lib/six.egg-info"), &owned));
	for (size_t i = 0; i < ARRAY_LEN(packages); i++)
		assert_true(vec_push(&inventory.packages, &arena, packages[i]));
	assert_int_equal(sbom_finish(&inventory, &owned, &arena, &err), 0);
	assert_int_equal(inventory.packages.n, 2);
	assert_str(inventory.packages.p[0].distro, "debian");
	assert_str(inventory.packages.p[0].purl,
	    "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12");
	assert_str(inventory.packages.p[1].purl, "pkg:pypi/flask-cors@3.0.8");
}

static int catalog_whole(const void *unit, struct arena *arena, struct buf *out, struct err *err)
{
	struct text_sink sink = {{.ops = &text_ops}, BUF_INIT(MIB(1))};
	int result = sbom_catalog(unit, &sink.sink, arena, err);

	buf_add(out, buf_str(&sink.out));
	buf_release(&sink.out);
	return result;
}

static void check_no_memory(const char *name, const char *path)
{
	struct arena text_arena CLEANUP(arena_release);
	struct unit unit = {.origin.path = str_of(path), .origin.layer = STR("sha256:layer")};

	arena_init(&text_arena, MIB(1));
	unit.bytes = read_data(name, "", &text_arena);
	assert_true(assert_survives_full_arenas(catalog_whole, &unit) > 0);
}

static void test_unread(void **state)
{
	static const struct {
		const char *path, *what;
	} rows[] = {
	    {"app/node_modules/left-pad/package.json", "npm packages"},
	    {"app/package.json", ""},
	    {"opt/app/lib/log.jar", "Java archives"},
	    {"usr/share/jar", ""},
	    {"usr/lib/ruby/specifications/rake.gemspec", "Ruby gems"},
	    {"src/rake.gemspec", ""},
	    {"srv/vendor/composer/installed.json", "Composer packages"},
	    {"app/shop.deps.json", ".NET packages"},
	    {"usr/lib/python3/six.egg", "Python eggs"},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_true(str_eq(sbom_unread(str_of(rows[i].path)), str_of(rows[i].what)));
}

static void check_image_gap(struct distro distro, const char *type, const char *what)
{
	struct package package = {.type = str_of(type)};
	struct inventory inventory = {.distro = distro};
	struct not_covered gap = {0};
	struct err err = ERR_INIT;
	struct arena arena;
	bool found;

	arena_init(&arena, MIB(1));
	inventory.packages.p = &package;
	inventory.packages.n = package.type.n > 0;
	assert_int_equal(sbom_image_gap(&inventory, &arena, &found, &gap, &err), 0);
	assert_int_equal(found, what[0] != '\0');
	assert_true(str_eq(gap.what, str_of(what)));
	arena_release(&arena);
}

static void test_image_gaps(void **state)
{
	struct distro none = {0}, alpine = {.id = STR("alpine"), .version_id = STR("3.19")};
	struct distro sid = {.id = STR("debian")};

	(void)state;
	check_image_gap(none, "", "this image");
	check_image_gap(none, "pypi", "");
	check_image_gap(none, "deb", "");
	check_image_gap(alpine, "", "alpine 3.19");
	check_image_gap(alpine, "pypi", "alpine 3.19");
	check_image_gap(sid, "", "debian");
	check_image_gap(sid, "deb", "");
}

static void test_no_memory(void **state)
{
	(void)state;
	check_no_memory("requirements.txt", "requirements.txt");
	check_no_memory("METADATA", "app/demo.egg-info");
	check_no_memory("os-release", "etc/os-release");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_dpkg),
	    cmocka_unit_test(test_dpkg_files),
	    cmocka_unit_test(test_requirements),
	    cmocka_unit_test(test_scopes),
	    cmocka_unit_test(test_dist_info),
	    cmocka_unit_test(test_os_release),
	    cmocka_unit_test(test_wants),
	    cmocka_unit_test(test_records),
	    cmocka_unit_test(test_finish),
	    cmocka_unit_test(test_unread),
	    cmocka_unit_test(test_image_gaps),
	    cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
