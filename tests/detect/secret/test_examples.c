/*
 * The examples of each built-in rule: what its record says is found is found by it and no other,
 * and what it says is clean is clean.
 */
#include "secret_examples.h"
#include "secret_fixture.h"

static bool is_as_said(struct fixture *f, const struct secret_example *e)
{
	const struct finding *first;

	fixture_clear(f);
	scan_at(f, arena_cstr(&f->arena, e->path), e->text);
	first = f->report.findings.p;
	if (!e->found)
		return f->report.findings.n == 0;
	return f->report.findings.n == 1 && str_eq(first->rule, e->rule) &&
	       first->weight == WEIGHT_FULL;
}

static void test_examples(void **state)
{
	struct fixture f;
	size_t wrong = 0;

	(void)state;
	fixture_init(&f, NULL);
	for (size_t i = 0; i < secret_examples_n; i++) {
		const struct secret_example *e = &secret_examples[i];

		if (is_as_said(&f, e))
			continue;
		print_error("%.*s, %s:", STR_ARG(e->rule), e->found ? "found" : "clean");
		for (size_t k = 0; k < f.report.findings.n; k++)
			print_error(" %.*s%s", STR_ARG(f.report.findings.p[k].rule),
			    f.report.findings.p[k].weight == WEIGHT_WARNS ? "?" : "");
		print_error(" in %.*s\n", STR_ARG(str_sub(e->text, 0, 200)));
		wrong++;
	}
	assert_int_equal(wrong, 0);
	fixture_release(&f);
}

/* A rule for files of one name finds nothing in another. */
static void test_only_in_their_files(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	for (size_t i = 0; i < secret_examples_n; i++) {
		const struct secret_example *e = &secret_examples[i];

		if (!e->found || secret_rules_find(&f.rules, e->rule)->files.n == 0)
			continue;
		fixture_clear(&f);
		scan_at(&f, "notes", e->text);
		for (size_t k = 0; k < f.report.findings.n; k++)
			assert_false(str_eq(f.report.findings.p[k].rule, e->rule));
	}
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_examples),
	    cmocka_unit_test(test_only_in_their_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
