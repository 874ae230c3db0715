/* CVSS base scores against tests/data/feeds/cvss.txt. */
#include "base/os/fd.h"
#include "detect/vuln/cvss.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

/* "7.5" to 75, "-" to -1. */
static int tenths_of(struct str text)
{
	uint64_t whole, rest;
	struct str before, after;

	if (!str_split(text, '.', &before, &after) || !str_to_u64(before, &whole) ||
	    !str_to_u64(after, &rest))
		return -1;
	return (int)(whole * 10 + rest);
}

static void check_line(struct str line)
{
	size_t blank = str_rchr(line, ' ');
	struct str vector = str_sub(line, 0, blank);
	int expected = tenths_of(str_sub(line, blank + 1, line.n)), score = -1;

	if (!cvss_base_score(vector, &score))
		score = -1;
	if (score != expected)
		fail_msg(STR_FMT ": scored %d", STR_ARG(line), score);
}

static void test_scores(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct str rest, line;
	struct err err = ERR_INIT;
	size_t n = 0;

	(void)state;
	arena_init(&arena, MIB(2));
	if (file_read(TEST_DATA "/feeds/cvss.txt", MIB(1), &arena, &rest, &err) != 0)
		fail_msg("%s", err.text);
	while (str_cut(&rest, '\n', &line)) {
		if (str_starts(line, STR("#")))
			continue;
		check_line(line);
		n++;
	}
	assert_true(n > 800);
}

static void test_severities(void **state)
{
	struct str v3 = STR("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
	struct str v2 = STR("AV:N/AC:L/Au:N/C:C/I:C/A:C");

	(void)state;
	assert_int_equal(cvss_severity(v3, 98), SEVERITY_CRITICAL);
	assert_int_equal(cvss_severity(v3, 75), SEVERITY_HIGH);
	assert_int_equal(cvss_severity(v3, 0), SEVERITY_INFO);
	assert_int_equal(cvss_severity(v2, 100), SEVERITY_HIGH);
	assert_int_equal(cvss_severity(v2, 39), SEVERITY_LOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_scores),
	    cmocka_unit_test(test_severities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
