/* A library that is loaded when it is needed: functions by name, and what is not there. */
#include "base/os/library.h"
#include "unit.h"

struct mathematics {
	double (*cosine)(double x);
	double (*root)(double x);
};

static const struct library_function functions[] = {
    {"cos", offsetof(struct mathematics, cosine)},
    {"sqrt", offsetof(struct mathematics, root)},
    {"no_such_function", 0},
};

static void test_functions_by_name(void **state)
{
	struct mathematics m = {0};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(library_load("libm.so.6", functions, 2, &m, &err), 0);
	assert_true(m.root(9.0) == 3.0);
	assert_true(m.cosine(0.0) == 1.0);
}

static void test_what_is_missing_is_named(void **state)
{
	struct mathematics m = {0};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(library_load("libnosuch.so.1", functions, 2, &m, &err), -1);
	assert_int_equal(err.code, ERR_UNSUPPORTED);
	assert_non_null(strstr(err.text, "libnosuch.so.1"));
	assert_int_equal(library_load("libm.so.6", functions, 3, &m, &err), -1);
	assert_int_equal(err.code, ERR_UNSUPPORTED);
	assert_non_null(strstr(err.text, "no_such_function"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_functions_by_name),
	    cmocka_unit_test(test_what_is_missing_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
