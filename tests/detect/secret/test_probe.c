/*
 * What a probe says of a text's changed lines is what it says of all of it; and that is
 * what secret_scan finds.
 */
#include "detect/secret/probe.h"
#include "secret_fixture.h"

// clang-format off
#define AWS_KEY "AK" "IAQWERTYUIOPASDFGH"
// clang-format on

enum { LONG = 30000, CHANGE = 10000 };

static void check_same(const struct secret_facts *a, const struct secret_facts *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		assert_int_equal(a->p[i].at, b->p[i].at);
		assert_int_equal(a->p[i].end, b->p[i].end);
		assert_int_equal(a->p[i].is_hit, b->p[i].is_hit);
	}
}

/* A line without an end, with a key at `at`, in the middle of which one byte is new. */
static void check_long_line(struct fixture *f, size_t at)
{
	struct secret_change change = {CHANGE, CHANGE + 1};
	struct secret_facts whole = {.p = NULL}, changed = {.p = NULL};
	char *bytes = malloc(LONG);
	struct str text = str_make(bytes, LONG);

	assert_non_null(bytes);
	memset(bytes, '.', LONG);
	memcpy(bytes + at, AWS_KEY, sizeof AWS_KEY - 1);
	assert_int_equal(secret_probe_whole(f->scanner, text, &whole, &f->err), 0);
	assert_true(secret_facts_any(&whole));
	assert_int_equal(
	    secret_probe_changed(f->scanner, text, &change, 1, &whole, &changed, &f->err), 0);
	check_same(&whole, &changed);
	free(whole.p);
	free(changed.p);
	free(bytes);
}

/* What is looked at around a change ends in the middle of a key. */
static void test_keys_at_the_bounds(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, NULL);
	for (size_t i = 0; i < sizeof AWS_KEY; i++) {
		check_long_line(&f, CHANGE - PROBE_SIDE_BYTES - i);
		check_long_line(&f, CHANGE + 1 + PROBE_SIDE_BYTES - i);
	}
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_keys_at_the_bounds)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
