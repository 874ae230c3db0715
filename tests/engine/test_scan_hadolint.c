/* hadolint's configuration, as it comes back from the child that read it. */
#include "../core/unit.h"
#include "base/buf.h"
#include "engine/scan_hadolint.h"

struct world {
	struct report report;
	struct scan scan;
	struct err err, wrong;
};

static int world_open(void **state)
{
	static struct world w;

	w = (struct world){.err = ERR_INIT, .wrong = ERR_INIT};
	report_init(&w.report, MIB(16), 100);
	w.scan =
	    (struct scan){.report = &w.report, .clock = &clock_system, .limits = &limits_default};
	*state = &w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;

	report_release(&w->report);
	return 0;
}

static int ask(struct world *w, const char *text, struct hadolint_config *ret)
{
	return scan_hadolint_config(&w->scan, STR("f"), str_of(text), ret, &w->wrong, &w->err);
}

static void all_of_it_comes_back(void **state)
{
	static const struct hadolint_config none;
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(64));
	struct world *w = *state;
	struct hadolint_config config, all;

	assert_int_equal(ask(w,
			     "failure-threshold: style\nformats: [json, gnu]\nignored: [A, B]\n"
			     "override: {error: [C], warning: [D], info: [E], style: [F]}\n"
			     "label-schema: {x: url, y: email}\nstrict-labels: true\n"
			     "trustedRegistries: [r]\nno-color: true\nno-fail: false\n"
			     "verbose: true\ndisable-ignore-pragma: true\n",
			     &config),
	    0);
	assert_int_equal(w->wrong.code, ERR_NONE);
	assert_int_equal(config.verbose, HADOLINT_YES);
	assert_int_equal(config.no_fail, HADOLINT_NO);
	assert_int_equal(
	    hadolint_config_merge(&none, &config, &none, &w->report.arena, &all, &w->err), 0);
	hadolint_config_print(&all, &out);
	assert_string_equal(buf_cstr(&out), "failure-threshold: style\n"
					    "formats: [json, gnu]\n"
					    "ignored: [A, B]\n"
					    "override:\n"
					    "  error: [C]\n"
					    "  warning: [D]\n"
					    "  info: [E]\n"
					    "  style: [F]\n"
					    "trustedRegistries: [r]\n"
					    "label-schema:\n"
					    "  x: url\n"
					    "  y: email\n"
					    "strict-labels: true\n"
					    "disable-ignore-pragma: true\n"
					    "no-fail: false\n"
					    "no-color: true\n");
	assert_int_equal(w->report.problems.n, 0);
}

static void an_unknown_key_comes_back_with_the_rest(void **state)
{
	struct world *w = *state;
	struct hadolint_config config;

	assert_int_equal(ask(w, "ignore: [A]\nignored: [B]\n", &config), 0);
	assert_err(&w->wrong, ERR_CONFIG, "f:1:1: no such key: ignore; did you mean ignored?");
	assert_str(config.rules[HADOLINT_IGNORE].p[0], "B");
}

static void what_is_broken_is_an_error(void **state)
{
	struct world *w = *state;
	struct hadolint_config config = {.threshold = HADOLINT_STYLE};

	assert_int_equal(ask(w, "ignored: A\n", &config), -1);
	assert_err(&w->err, ERR_CONFIG, "f:1:1: a list is expected here");
	assert_int_equal(config.threshold, HADOLINT_STYLE);
	assert_int_equal(w->report.problems.n, 0);
}

#define engine_test(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    engine_test(all_of_it_comes_back),
	    engine_test(an_unknown_key_comes_back_with_the_rest),
	    engine_test(what_is_broken_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
