/* Which registries a policy's list trusts: one table, and what no entry may let in. */
#include "core/trusted.h"
#include "unit.h"

struct trust_case {
	const char *entry, *registry, *path;
	bool trusted;
};

static bool trusts(const char *entry, const char *registry, const char *path)
{
	struct str one = str_of(entry);

	return registry_is_trusted((struct str_list){&one, 1}, str_of(registry), str_of(path));
}

static void assert_cases(const struct trust_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct trust_case *c = &cases[i];

		if (trusts(c->entry, c->registry, c->path) != c->trusted)
			fail_msg("\"%s\" %s %s/%s", c->entry, c->trusted ? "refuses" : "trusts",
			    c->registry, c->path);
	}
}

static void registries(void **state)
{
	static const struct trust_case cases[] = {
	    {"docker.io", "docker.io", "team/app", true},
	    {"docker.io", "", "app", true},
	    {"docker.io", "quay.io", "app", false},
	    {"docker.io", "docker.io.evil.example", "app", false},
	    {"docker.io", "evil-docker.io", "app", false},
	    {"localhost:5000", "localhost:5000", "app", true},
	    {"localhost:5000", "localhost", "app", false},
	    {"localhost", "localhost:5000", "app", false},
	    {"*.example.com", "a.example.com", "app", true},
	    {"*.example.com", "a.b.example.com", "app", true},
	    {"*.example.com", "example.com", "app", false},
	    {"*.example.com", "evilexample.com", "app", false},
	    {"*.example.com", "a.example.com:5000", "app", false},
	    {"example.*", "example.org", "app", true},
	    {"example.*", "an.example.org", "app", false},
	    {"*dkr.ecr*", "1.dkr.ecr.eu-west-1.amazonaws.com", "app", true},
	    {"*", "any.example", "team/app", true},
	    {"**", "any.example", "team/app", true},
	    {"", "any.example", "app", false},
	    {"a*b", "axb", "app", false},
	    {"a*b", "a*b", "app", true},
	};

	(void)state;
	assert_cases(cases, ARRAY_LEN(cases));
}

static void paths(void **state)
{
	static const struct trust_case cases[] = {
	    {"quay.io/team/app", "quay.io", "team/app", true},
	    {"quay.io/team/app", "quay.io", "team/app2", false},
	    {"quay.io/team/app", "quay.io", "other/team/app", false},
	    {"quay.io/team/app", "", "team/app", false},
	    {"quay.io/team/*", "quay.io", "team/app", true},
	    {"quay.io/team/*", "quay.io", "team/deep/app", true},
	    {"quay.io/team/*", "quay.io", "team", false},
	    {"quay.io/team/*", "quay.io", "teams/app", false},
	    {"quay.io/*/app", "quay.io", "team/app", true},
	    {"quay.io/*/app", "quay.io", "app", false},
	    {"quay.io/t*m/app", "quay.io", "team/app", false},
	    {"quay.io/*app", "quay.io", "team/app", true},
	    {"*.example.com/base/*", "a.example.com", "base/debian", true},
	    {"*.example.com/base/*", "a.example.org", "base/debian", false},
	    {"*/debian", "any.example", "debian", true},
	    {"quay.io/", "quay.io", "app", false},
	    {"/app", "docker.io", "app", false},
	};

	(void)state;
	assert_cases(cases, ARRAY_LEN(cases));
}

/* The linter sees "python" as it stands in the file, the pipeline "library/python". */
static void official_images_have_two_names(void **state)
{
	static const struct trust_case cases[] = {
	    {"docker.io/library/python", "docker.io", "python", true},
	    {"docker.io/library/python", "", "python", true},
	    {"docker.io/library/python", "docker.io", "library/python", true},
	    {"docker.io/python", "docker.io", "python", true},
	    {"docker.io/python", "docker.io", "library/python", true},
	    {"docker.io/library/*", "docker.io", "python", true},
	    {"docker.io/library/*", "docker.io", "library/python", true},
	    {"docker.io/library/*", "docker.io", "team/python", false},
	    {"docker.io/library/*", "docker.io", "library/deep/python", true},
	    {"docker.io/python", "docker.io", "team/python", false},
	    {"docker.io/python", "docker.io", "library/library/python", false},
	    {"docker.io/library/python", "docker.io", "library/library/python", false},
	    {"docker.io/team/*", "docker.io", "python", false},
	    {"quay.io/library/python", "quay.io", "python", false},
	    {"quay.io/python", "quay.io", "library/python", false},
	};

	(void)state;
	assert_cases(cases, ARRAY_LEN(cases));
}

static void one_entry_is_enough(void **state)
{
	struct str entries[] = {STR("quay.io/team/*"), STR("*.example.com")};
	struct str_list list = {entries, ARRAY_LEN(entries)};

	(void)state;
	assert_true(registry_is_trusted(list, STR("a.example.com"), STR("app")));
	assert_true(registry_is_trusted(list, STR("quay.io"), STR("team/app")));
	assert_false(registry_is_trusted(list, STR("quay.io"), STR("app")));
	assert_false(registry_is_trusted(list, STR_NONE, STR("app")));
	assert_true(registry_is_trusted((struct str_list){0}, STR("any.example"), STR("app")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(registries),
	    cmocka_unit_test(paths),
	    cmocka_unit_test(official_images_have_two_names),
	    cmocka_unit_test(one_entry_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
