/* A finding gains a place by its identity. */
#include "core/report.h"
#include "unit.h"

enum { FINDINGS_MAX = 5 };

struct world {
	struct report report;
	struct err err;
};

static int world_open(void **state)
{
	static struct world world;

	report_init(&world.report, MIB(16), FINDINGS_MAX);
	world.err = ERR_INIT;
	*state = &world;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;

	report_release(&w->report);
	return 0;
}

static struct place at(const char *path, uint32_t line)
{
	return (struct place){.origin.path = str_of(path), .line = line};
}

static struct finding_id id_of(const char *rule, const char *identity, const char *path)
{
	return (struct finding_id){str_of(rule), str_of(identity), str_of(path)};
}

static void add(struct world *w, uint32_t subject, struct finding_id id, size_t n_places)
{
	struct place places[3] = {{.origin.path = id.path, .line = 4},
	    {.origin.path = id.path, .line = 5}, {.origin.path = id.path, .line = 6}};
	struct finding f = {
	    .rule = id.rule, .identity = id.identity, .places = places, .n_places = n_places};
	struct report_sink sink;

	report_sink_init(&sink, &w->report, subject);
	assert_int_equal(sink_finding(&sink.sink, &f, &w->err), 0);
}

static void add_secret(struct world *w, struct finding_id id, enum finding_state state)
{
	struct finding_secret secret = {.kind = STR("k")};
	struct place place = {.origin.path = id.path, .line = 4, .state = state};
	struct finding f = {.rule = id.rule,
	    .identity = id.identity,
	    .state = state,
	    .secret = &secret,
	    .places = &place,
	    .n_places = 1};
	struct report_sink sink;

	report_sink_init(&sink, &w->report, 0);
	assert_int_equal(sink_finding(&sink.sink, &f, &w->err), 0);
}

static void gain(struct world *w, uint32_t subject, struct finding_id of, struct place place)
{
	if (report_add_place(&w->report, subject, &of, &place, &w->err) != 0)
		fail_msg("%s", w->err.text);
}

static void a_place_comes_later(void **state)
{
	struct world *w = *state;
	const struct finding *f;
	struct place inner = at("b.jar", 0);

	inner.origin.inner = STR("x");
	add(w, 1, id_of("R", "i", "m"), 1);
	add(w, 1, id_of("R", "i", "n"), 1);
	gain(w, 1, id_of("R", "i", "m"), at("z", 1));
	gain(w, 1, id_of("R", "i", "m"), at("b.jar", 0));
	gain(w, 1, id_of("R", "i", "m"), inner);
	/* Those that it has, be it from the beginning. */
	gain(w, 1, id_of("R", "i", "m"), inner);
	gain(w, 1, id_of("R", "i", "m"), at("z", 1));
	gain(w, 1, id_of("R", "i", "m"), at("m", 4));
	f = &w->report.findings.p[0];
	assert_int_equal(f->n_places, 4);
	assert_int_equal(f->more_places, 0);
	assert_str(f->places[0].origin.path, "m"); /* its first place stays */
	assert_str(f->places[1].origin.path, "b.jar");
	assert_str(f->places[2].origin.inner, "x");
	assert_str(f->places[3].origin.path, "z");
	assert_int_equal(w->report.findings.p[1].n_places, 1);
}

static void only_what_is_there_gains_a_place(void **state)
{
	struct world *w = *state;
	const struct finding_id wrong[] = {
	    id_of("S", "i", "m"), id_of("R", "k", "m"), id_of("R", "i", "k"), id_of("", "", "")};
	const struct finding_id right = id_of("R", "i", "m");
	struct place place = at("z", 1);

	add(w, 1, right, 1);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(report_add_place(&w->report, 1, &wrong[i], &place, &w->err), -1);
		assert_err(&w->err, ERR_FORMAT, "not there");
	}
	assert_int_equal(report_add_place(&w->report, 2, &right, &place, &w->err), -1);
	/* One that was left out cannot be there. */
	for (size_t i = 0; i < FINDINGS_MAX; i++)
		add(w, (uint32_t)i + 5, right, 1);
	assert_true(w->report.full);
	gain(w, 1, wrong[0], place);
	gain(w, 1, right, place);
	assert_int_equal(w->report.findings.p[0].n_places, 2);
}

/* Lists of any length can grow, and findings that come between two places are found. */
static void lists_of_all_lengths_grow(void **state)
{
	struct world *w = *state;
	const char *const names[] = {"none", "one", "two", "three"};

	for (size_t n = 0; n < ARRAY_LEN(names); n++) {
		add(w, 1, id_of("R", names[n], "m"), n);
		for (uint32_t line = 10; line < 15; line++)
			gain(w, 1, id_of("R", names[n], n > 0 ? "m" : ""), at("m", line));
		assert_int_equal(w->report.findings.p[n].n_places, n + 5);
	}
	assert_int_equal(w->report.findings.p[3].places[2].line, 6);
	assert_int_equal(w->report.findings.p[3].places[7].line, 14);
}

static void past_a_limit_places_are_counted(void **state)
{
	struct world *w = *state;
	const struct finding *f = NULL;

	add(w, 1, id_of("R", "i", "m"), 3);
	for (uint32_t i = 0; i < FINDING_PLACES_MAX + 10; i++)
		gain(w, 1, id_of("R", "i", "m"), at("z", 1000 - i));
	f = &w->report.findings.p[0];
	assert_int_equal(f->n_places, FINDING_PLACES_MAX);
	assert_int_equal(f->more_places, 13);
	assert_str(f->places[0].origin.path, "m");
	/* Those that stay are the first in order. */
	assert_int_equal(f->places[3].line, 1000 - FINDING_PLACES_MAX - 9);
	/* One that was counted is not counted again. */
	gain(w, 1, id_of("R", "i", "m"), at("z", 1000));
	assert_int_equal(f->more_places, 13);
}

static void a_sorted_report_goes_on(void **state)
{
	struct world *w = *state;

	add(w, 1, id_of("R", "last", "z"), 1);
	gain(w, 1, id_of("R", "last", "z"), at("z", 9));
	add(w, 1, id_of("R", "first", "a"), 2);
	report_sort(&w->report);
	gain(w, 1, id_of("R", "last", "z"), at("z", 10));
	gain(w, 1, id_of("R", "last", "z"), at("z", 9));
	gain(w, 1, id_of("R", "first", "a"), at("z", 9));
	assert_str(w->report.findings.p[1].identity, "last");
	assert_int_equal(w->report.findings.p[1].n_places, 3);
	assert_int_equal(w->report.findings.p[0].n_places, 3);
	/* A list that became shorter is read anew. */
	w->report.findings.n = 1;
	gain(w, 1, id_of("R", "first", "a"), at("z", 10));
	assert_int_equal(w->report.findings.p[0].n_places, 4);
}

static void a_secret_is_found_in_any_subject(void **state)
{
	struct world *w = *state;
	struct place known = at("b", 1), again = at("b", 1);
	const struct finding *f = NULL;

	known.state = STATE_KNOWN;
	add_secret(w, id_of("k", "h", "c"), STATE_KNOWN);
	gain(w, 7, id_of("k", "h", "whatever"), known);
	f = &w->report.findings.p[0];
	assert_int_equal(f->n_places, 2);
	assert_str(f->places[0].origin.path, "b");
	assert_int_equal(f->state, STATE_KNOWN);
	gain(w, 7, id_of("k", "h", ""), again);
	assert_int_equal(f->n_places, 2);
	assert_int_equal(f->places[0].state, STATE_NEW);
	assert_int_equal(f->state, STATE_NEW);
}

static void paths_are_written_as_the_subject_shows_them(void **state)
{
	struct world *w = *state;
	struct subject subject = {
	    .kind = STR("file"), .view = {.prefix = STR("sub/"), .shown = STR("./")}};
	const struct finding *f;
	uint32_t index;

	assert_int_equal(report_add_subject(&w->report, &subject, &index, &w->err), 0);
	add(w, index, id_of("R", "i", "sub/m"), 1);
	gain(w, index, id_of("R", "i", "sub/m"), at("sub/n", 1));
	f = &w->report.findings.p[0];
	assert_str(f->places[1].origin.path, "./n");
	assert_str(f->places[1].within, "sub/n");
}

static void every_allocation_may_fail(void **state)
{
	struct world *w = *state;
	const struct finding_id id = id_of("R", "i", "m");
	struct place place = at("z", 1);
	size_t fails = 0;

	add(w, 1, id, 1);
	for (;;) {
		fail_nth(&w->report.arena, ++fails);
		if (report_add_place(&w->report, 1, &id, &place, &w->err) == 0)
			break;
		assert_int_equal(w->err.code, ERR_NOMEM);
	}
	assert_true(fails > 4);
	assert_true(w->report.findings.p[0].n_places <= 2);
}

#define places_test(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    places_test(a_place_comes_later),
	    places_test(only_what_is_there_gains_a_place),
	    places_test(lists_of_all_lengths_grow),
	    places_test(past_a_limit_places_are_counted),
	    places_test(a_sorted_report_goes_on),
	    places_test(a_secret_is_found_in_any_subject),
	    places_test(paths_are_written_as_the_subject_shows_them),
	    places_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
