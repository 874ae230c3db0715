/* Package URLs against written-out ones, PyPI names, order and copies. */
#include "core/package.h"
#include "unit.h"

struct purl_case {
	struct package package;
	struct distro distro;
	const char *purl;
};

static const struct distro bookworm = {
    .id = STR_INIT("debian"), .version_id = STR_INIT("12"), .codename = STR_INIT("bookworm")};

static void purls(void **state)
{
	const struct purl_case cases[] = {
	    {{.type = STR("deb"),
		 .distro = STR("debian"),
		 .name = STR("openssl"),
		 .version = STR("3.0.11-1"),
		 .arch = STR("amd64")},
		bookworm, "pkg:deb/debian/openssl@3.0.11-1?arch=amd64&distro=debian-12"},
	    {{.type = STR("deb"),
		 .distro = STR("debian"),
		 .name = STR("libstdc++6"),
		 .version = STR("1:12.2.0~rc1+b1"),
		 .arch = STR("all")},
		bookworm,
		"pkg:deb/debian/libstdc%2B%2B6@1:12.2.0~rc1%2Bb1?arch=all&distro=debian-12"},
	    {{.type = STR("pypi"), .name = STR("Flask_Cors"), .version = STR("3.0.8")}, bookworm,
		"pkg:pypi/flask-cors@3.0.8"},
	    {{.type = STR("pypi"), .name = STR("nothing")}, {{0}, {0}, {0}, {0}},
		"pkg:pypi/nothing"},
	    {{.type = STR("deb"), .distro = STR("debian"), .name = STR("a")},
		{.id = STR("debian"), .codename = STR("sid")},
		"pkg:deb/debian/a?distro=debian-sid"},
	    {{.type = STR("deb"), .distro = STR("Debian"), .name = STR("A")}, {.id = STR("debian")},
		"pkg:deb/debian/a?distro=debian"},
	    {{.type = STR("generic"), .name = STR("We ird/?#@\xff")}, {{0}, {0}, {0}, {0}},
		"pkg:generic/We%20ird%2F%3F%23%40%FF"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_str(
		    purl_make(&cases[i].package, &cases[i].distro, &f->arena), cases[i].purl);
	assert_str(purl_make(&cases[2].package, NULL, &f->arena), cases[2].purl);
}

static void a_purl_has_a_limit(void **state)
{
	struct fixture *f = *state;
	char *p = arena_alloc(&f->arena, KIB(64));
	struct package package = {.type = STR("pypi"), .name = {p, KIB(64)}};

	assert_null(purl_make(&package, NULL, &f->arena).p);
	package.name = STR("a");
	fail_nth(&f->arena, 1);
	assert_null(purl_make(&package, NULL, &f->arena).p);
}

static void pypi_names(void **state)
{
	struct fixture *f = *state;

	assert_str(pypi_normal_name(STR("Flask.-_Cors"), &f->arena), "flask-cors");
	assert_str(pypi_normal_name(STR("-a-"), &f->arena), "-a-");
	assert_str(pypi_normal_name(STR("requests"), &f->arena), "requests");
	assert_str(pypi_normal_name(STR(""), &f->arena), "");
}

static void order_is_total(void **state)
{
	/* Sorted; each is less than all behind it. */
	const struct package sorted[] = {
	    {.type = STR("deb"), .name = STR("a"), .version = STR("1")},
	    {.type = STR("deb"), .name = STR("a"), .version = STR("1"), .arch = STR("amd64")},
	    {.type = STR("deb"),
		.name = STR("a"),
		.version = STR("1"),
		.arch = STR("amd64"),
		.place = {.origin.path = STR("var/lib/dpkg/status")}},
	    {.type = STR("deb"),
		.name = STR("a"),
		.version = STR("1"),
		.arch = STR("amd64"),
		.place = {.origin.path = STR("var/lib/dpkg/status"), .line = 7}},
	    {.type = STR("deb"), .name = STR("a"), .version = STR("2")},
	    {.type = STR("deb"), .name = STR("b")},
	    {.type = STR("pypi"), .name = STR("a")},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
		for (size_t k = 0; k < ARRAY_LEN(sorted); k++) {
			int order = package_compare(&sorted[i], &sorted[k]);

			assert_true(i < k ? order < 0 : i > k ? order > 0 : order == 0);
		}
	}
}

static void copies_do_not_borrow(void **state)
{
	struct fixture *f = *state;
	char name[] = "openssl", path[] = "var/lib/dpkg/status";
	struct package package = {.type = STR("deb"),
	    .name = str_of(name),
	    .place = {.origin.path = str_of(path), .line = 3},
	    .from_base = BASE_YES};
	struct package copy;

	assert_int_equal(package_copy(&package, &f->arena, &copy, &f->err), 0);
	memset(name, 'x', sizeof name - 1);
	memset(path, 'x', sizeof path - 1);
	assert_str(copy.name, "openssl");
	assert_str(copy.place.origin.path, "var/lib/dpkg/status");
	assert_int_equal(copy.place.line, 3);
	assert_int_equal(copy.from_base, BASE_YES);
	fail_nth(&f->arena, 1);
	assert_int_equal(package_copy(&package, &f->arena, &copy, &f->err), -1);
}

static void add_package(struct inventory *to, struct arena *arena, struct package p,
    const char *path, const char *layer)
{
	p.place = (struct place){.origin = {.path = str_of(path), .layer = str_of(layer)}};
	assert_true(vec_push(&to->packages, arena, p));
}

static void one_package_in_several_places(void **state)
{
	struct fixture *f = *state;
	struct inventory all = {0};
	const struct package debug = {.type = STR("npm"),
	    .name = STR("debug"),
	    .version = STR("2.6.9"),
	    .purl = STR("pkg:npm/debug@2.6.9")};
	struct package base = debug, nameless = {.type = STR("npm"), .name = STR("x")},
		       licensed = debug, dev = debug, first = debug;
	const struct package *p;

	base.from_base = BASE_YES;
	licensed.licence = STR("MIT");
	dev.scope = SCOPE_DEVELOPMENT;
	first.name = STR("a");
	first.purl = STR("pkg:npm/a@2.6.9");
	add_package(&all, &f->arena, debug, "c/debug", "l1");
	add_package(&all, &f->arena, nameless, "a/x", "l1");
	add_package(&all, &f->arena, base, "a/debug", "l0");
	add_package(&all, &f->arena, debug, "b/debug", "l1");
	add_package(&all, &f->arena, licensed, "d/debug", "l1");
	add_package(&all, &f->arena, dev, "e/debug", "l1");
	add_package(&all, &f->arena, nameless, "a/x", "l1");
	add_package(&all, &f->arena, debug, "f/debug", "l1");
	add_package(&all, &f->arena, first, "z/a", "l1");
	assert_int_equal(inventory_join(&all, &f->arena, &f->err), 0);
	assert_int_equal(all.packages.n, 7);
	assert_str(all.packages.p[0].name, "a");
	assert_int_equal(all.packages.p[1].from_base, BASE_YES);
	assert_int_equal(all.packages.p[1].n_occurrences, 0);
	p = &all.packages.p[2];
	assert_str(p->place.origin.path, "b/debug");
	assert_int_equal(p->n_occurrences, 2);
	assert_str(p->occurrences[0].origin.path, "c/debug");
	assert_str(p->occurrences[1].origin.path, "f/debug");
	assert_int_equal(p->more_occurrences, 0);
	assert_str(all.packages.p[3].licence, "MIT");
	assert_int_equal(all.packages.p[4].scope, SCOPE_DEVELOPMENT);
	assert_str(all.packages.p[6].name, "x");
	/* Joined once more, nothing changes. */
	assert_int_equal(inventory_join(&all, &f->arena, &f->err), 0);
	assert_int_equal(all.packages.n, 7);
	assert_int_equal(all.packages.p[2].n_occurrences, 2);
}

static void no_more_occurrences_than_a_limit(void **state)
{
	struct fixture *f = *state;
	struct inventory all = {0};
	struct package p = {.type = STR("npm"), .name = STR("a"), .purl = STR("pkg:npm/a")};

	for (size_t i = 0; i < PACKAGE_OCCURRENCES_MAX + 8; i++)
		add_package(&all, &f->arena, p, "p", "");
	p.more_occurrences = UINT32_MAX - 10;
	p.occurrences = &p.place;
	p.n_occurrences = 1;
	assert_true(vec_push(&all.packages, &f->arena, p));
	assert_int_equal(inventory_join(&all, &f->arena, &f->err), 0);
	assert_int_equal(all.packages.n, 1);
	assert_int_equal(all.packages.p[0].n_occurrences, PACKAGE_OCCURRENCES_MAX);
	assert_int_equal(all.packages.p[0].more_occurrences, UINT32_MAX - 10 + 7 + 2);
	p = all.packages.p[0];
	p.more_occurrences = UINT32_MAX;
	assert_true(vec_push(&all.packages, &f->arena, p));
	assert_int_equal(inventory_join(&all, &f->arena, &f->err), 0);
	assert_int_equal(all.packages.p[0].more_occurrences, UINT32_MAX);
	assert_true(vec_push(&all.packages, &f->arena, p));
	fail_nth(&f->arena, 1);
	assert_int_equal(inventory_join(&all, &f->arena, &f->err), -1);
	assert_int_equal(f->err.code, ERR_NOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(purls),
	    unit_test_here(a_purl_has_a_limit),
	    unit_test_here(pypi_names),
	    unit_test_here(order_is_total),
	    unit_test_here(one_package_in_several_places),
	    unit_test_here(no_more_occurrences_than_a_limit),
	    unit_test_here(copies_do_not_borrow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
