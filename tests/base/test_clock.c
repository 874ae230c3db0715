#include "base/clock.h"
#include "with_cmocka.h"

#include <stdio.h>

/* tests/data/base/clock.txt: "text = milliseconds = as printed", or "text = none". */
static void check_row(struct str row)
{
	struct str text, rest, number, printed;
	char formatted[TIME_TEXT_SIZE], want[32];
	int64_t ms = 4711;

	if (!str_split(row, '=', &text, &rest))
		fail_msg("row: %.*s", STR_ARG(row));
	text = str_make(text.p, text.n - 1); /* the blank before '=' */
	rest = str_trim(rest);
	if (str_eq(rest, STR("none"))) {
		if (time_parse(text, &ms))
			fail_msg("taken: \"%.*s\"", STR_ARG(text));
		assert_int_equal(ms, 4711);
		return;
	}
	assert_true(str_split(rest, '=', &number, &printed));
	if (!time_parse(text, &ms))
		fail_msg("not taken: \"%.*s\"", STR_ARG(text));
	(void)snprintf(want, sizeof want, "%lld", (long long)ms);
	assert_true(str_eq(str_trim(number), str_of(want)));
	time_format(ms, formatted);
	assert_true(str_eq(str_trim(printed), str_of(formatted)));
}

static void test_rows(void **state)
{
	FILE *file = fopen(TEST_DATA "/base/clock.txt", "r");
	char line[200];
	unsigned rows = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		struct str row = str_of(line);

		if (row.n < 2 || row.p[0] == '#')
			continue;
		check_row(row);
		rows++;
	}
	(void)fclose(file);
	assert_in_range(rows, 30, 1000);
}

/* Each day of two cycles of 400 years: dates follow one another as the calendar has them. */
static void test_every_day(void **state)
{
	char before[TIME_TEXT_SIZE] = "", text[TIME_TEXT_SIZE];
	int64_t ms, last = 0;

	(void)state;
	assert_true(time_parse(STR("1601-01-01"), &ms));
	assert_true(time_parse(STR("2400-12-31"), &last));
	assert_int_equal(ms, -11644473600000);
	for (; ms <= last; ms += 86400000) {
		int64_t back = 0;

		date_format(ms, text);
		if (!time_parse(str_of(text), &back) || back != ms)
			fail_msg("%s", text);
		assert_true(strcmp(before, text) < 0);
		memcpy(before, text, sizeof before);
	}
}

static void test_extremes(void **state)
{
	char text[TIME_TEXT_SIZE];

	(void)state;
	time_format(INT64_MAX, text);
	assert_string_equal(text, "292278994-08-17T07:12:55Z");
	time_format(INT64_MIN, text);
	assert_string_equal(text, "-292275055-05-16T16:47:04Z");
	time_format(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
}

static void test_clocks(void **state)
{
	struct clock fixed = clock_fixed(1700000000123);
	int64_t ms = clock_system.now_ms(&clock_system);
	int64_t mono = clock_system.mono_ms(&clock_system);

	(void)state;
	assert_int_equal(fixed.now_ms(&fixed), 1700000000123);
	assert_int_equal(fixed.mono_ms(&fixed), 1700000000123);
	assert_true(ms > 1700000000000);
	assert_true(clock_system.mono_ms(&clock_system) >= mono);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_every_day),
	    cmocka_unit_test(test_extremes),
	    cmocka_unit_test(test_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
