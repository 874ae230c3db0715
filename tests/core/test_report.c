/* What a report keeps, drops, sorts and concludes. */
#include "core/report.h"
#include "samples.h"
#include "unit.h"

enum { FINDINGS_MAX = 5 };

struct world {
	struct report report;
	struct report_sink sink;
	struct err err;
};

static int world_open(void **state)
{
	static struct world world;

	report_init(&world.report, MIB(16), FINDINGS_MAX);
	report_sink_init(&world.sink, &world.report, 3);
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

static void add(struct world *w, const char *rule, const char *path, uint32_t line)
{
	struct place place = {.origin.path = str_of(path), .line = line};
	struct finding finding = {.rule = str_of(rule),
	    .identity = STR("same"),
	    .places = &place,
	    .n_places = 1,
	    .subject = 99};

	assert_int_equal(sink_finding(&w->sink.sink, &finding, &w->err), 0);
}

static void add_problem(struct world *w, enum err_code code)
{
	const struct err why = {.code = code, .text = "why"};

	assert_int_equal(sink_error(&w->sink.sink, STAGE_SCAN, STR("a.tar"), &why, &w->err), 0);
}

static void findings_are_marked(void **state)
{
	struct world *w = *state;
	struct finding own = {.rule = STR("B"), .fingerprint = STR("its own")};

	add(w, "A", "x", 1);
	assert_int_equal(sink_finding(&w->sink.sink, &own, &w->err), 0);
	assert_int_equal(w->report.findings.n, 2);
	assert_int_equal(w->report.findings.p[0].subject, 3);
	assert_int_equal(w->report.findings.p[0].fingerprint.n, 32);
	assert_str(w->report.findings.p[1].fingerprint, "its own");
}

/* The same thing on two lines is two findings, whose fingerprints do not hang on the lines. */
static void ordinals_tell_kin_apart(void **state)
{
	struct world *w = *state;
	struct finding *findings;
	struct finding again;

	add(w, "A", "x", 1);
	add(w, "A", "x", 2);
	add(w, "A", "y", 1);
	findings = w->report.findings.p;
	assert_int_equal(w->report.findings.n, 3);
	assert_false(str_eq(findings[0].fingerprint, findings[1].fingerprint));
	again = findings[1];
	assert_int_equal(finding_set_fingerprint(&again, 1, &w->report.arena, &w->err), 0);
	assert_true(str_eq(again.fingerprint, findings[1].fingerprint));
}

static void told_twice_is_kept_once(void **state)
{
	struct world *w = *state;
	struct report_sink other;

	add(w, "A", "x", 1);
	add(w, "A", "x", 1);
	assert_int_equal(w->report.findings.n, 1);
	add(w, "B", "x", 1);
	add(w, "A", "x", 2);
	assert_int_equal(w->report.findings.n, 3);
	/* Another subject's is another finding, under the same fingerprint. */
	report_sink_init(&other, &w->report, 4);
	w->sink = other;
	add(w, "A", "x", 1);
	assert_int_equal(w->report.findings.n, 4);
	assert_true(
	    str_eq(w->report.findings.p[0].fingerprint, w->report.findings.p[3].fingerprint));
}

static void the_limit_is_told_once(void **state)
{
	struct world *w = *state;

	for (uint32_t line = 1; line <= 2 * FINDINGS_MAX; line++)
		add(w, "A", "x", line);
	assert_int_equal(w->report.findings.n, FINDINGS_MAX);
	assert_int_equal(w->report.problems.n, 1);
	assert_int_equal(w->report.problems.p[0].code, ERR_LIMIT);
	assert_true(str_has(w->report.problems.p[0].message, STR("more than 5 findings")));
	report_conclude(&w->report);
	assert_int_equal(w->report.exit_code, 4);
}

static void nothing_is_borrowed(void **state)
{
	struct world *w = *state;
	char text[] = "debian";
	struct distro distro = {.id = str_of(text)};
	struct problem problem = {.message = str_of(text), .place = {.origin.path = str_of(text)}};
	struct package package = {.name = str_of(text)};
	struct subject subject = {.name = str_of(text)};
	struct stage_result stage = {.why = str_of(text)};
	struct not_covered nc = {.what = str_of(text), .why = str_of(text), .packages = 12};
	struct report *r = &w->report;
	uint32_t index;

	assert_int_equal(sink_distro(&w->sink.sink, &distro, &w->err), 0);
	assert_int_equal(sink_problem(&w->sink.sink, &problem, &w->err), 0);
	assert_int_equal(sink_package(&w->sink.sink, &package, &w->err), 0);
	assert_int_equal(report_add_subject(r, &subject, &index, &w->err), 0);
	assert_int_equal(index, 0);
	assert_int_equal(report_add_subject(r, &subject, &index, &w->err), 0);
	assert_int_equal(index, 1);
	assert_int_equal(report_add_stage(r, &stage, &w->err), 0);
	assert_int_equal(report_add_not_covered(r, &nc, &w->err), 0);
	memset(text, 'x', sizeof text - 1);
	assert_str(r->inventory.distro.id, "debian");
	assert_str(r->problems.p[0].message, "debian");
	assert_str(r->problems.p[0].place.origin.path, "debian");
	assert_str(r->inventory.packages.p[0].name, "debian");
	assert_str(r->subjects.p[1].name, "debian");
	assert_str(r->stages.p[0].why, "debian");
	assert_str(r->not_covered.p[0].why, "debian");
	assert_int_equal(r->not_covered.p[0].packages, 12);
}

static void all_is_sorted(void **state)
{
	struct world *w = *state;
	struct report *r = &w->report;
	struct package b = {.name = STR("b")}, a = {.name = STR("a")};

	report_sort(r);
	add(w, "B", "x", 2);
	add(w, "A", "x", 1);
	add_problem(w, ERR_NET);
	assert_int_equal(sink_error(&w->sink.sink, STAGE_VALIDATE, STR("z"),
			     &(struct err){.code = ERR_IO, .text = "t"}, &w->err),
	    0);
	assert_int_equal(sink_package(&w->sink.sink, &b, &w->err), 0);
	assert_int_equal(sink_package(&w->sink.sink, &a, &w->err), 0);
	report_sort(r);
	assert_str(r->findings.p[0].rule, "A");
	assert_int_equal(r->problems.p[0].stage, STAGE_VALIDATE);
	assert_str(r->inventory.packages.p[0].name, "a");
}

static void assert_concludes(struct world *w, int exit_code, enum report_verdict verdict)
{
	report_conclude(&w->report);
	assert_int_equal(w->report.exit_code, exit_code);
	assert_int_equal(w->report.verdict, verdict);
}

/* Each next thing is graver than all before it. */
static void exit_codes_have_an_order(void **state)
{
	struct world *w = *state;
	struct stage_result failed = {.stage = STAGE_BUILD, .failed = true};

	assert_concludes(w, 0, REPORT_PASSED);
	add(w, "A", "x", 1);
	w->report.findings.p[0].verdict = VERDICT_WARNS;
	assert_concludes(w, 0, REPORT_PASSED);
	w->report.findings.p[0].verdict = VERDICT_BLOCKS;
	assert_int_equal(report_count(&w->report, VERDICT_BLOCKS), 1);
	assert_concludes(w, 1, REPORT_BLOCKED);
	assert_int_equal(report_add_stage(&w->report, &failed, &w->err), 0);
	assert_concludes(w, 4, REPORT_ERROR);
	add_problem(w, ERR_NET);
	assert_concludes(w, 4, REPORT_ERROR);
	add_problem(w, ERR_DATABASE);
	add_problem(w, ERR_LIMIT);
	assert_concludes(w, 5, REPORT_ERROR);
	add_problem(w, ERR_CONFIG);
	add_problem(w, ERR_DATABASE);
	assert_concludes(w, 3, REPORT_ERROR);
}

static void every_allocation_may_fail(void **state)
{
	struct world *w = *state;
	struct place place = {.origin.path = STR("x"), .line = 1};
	struct finding finding = {.rule = STR("A"), .places = &place, .n_places = 1};
	struct arena *arena = &w->report.arena;
	size_t fails = 0;

	for (;;) {
		/* Each try is another line, so that none is a duplicate. */
		place.line++;
		fail_nth(arena, ++fails);
		if (sink_finding(&w->sink.sink, &finding, &w->err) == 0)
			break;
		assert_int_equal(w->err.code, ERR_NOMEM);
	}
	assert_true(fails > 3);
	assert_int_equal(w->report.findings.n, 1);
}

/* ---- secrets ---- */

static void add_secret(
    struct world *w, const char *hash, struct place place, enum severity severity)
{
	struct finding_secret secret = {.kind = STR("key"), .length = 20, .hash = str_of(hash)};
	struct finding finding = {.rule = STR("key"),
	    .stage = STAGE_SECRETS,
	    .identity = str_of(hash),
	    .severity = severity,
	    .state = place.state,
	    .secret = &secret,
	    .places = &place,
	    .n_places = 1};

	assert_int_equal(sink_finding(&w->sink.sink, &finding, &w->err), 0);
}

static struct place at(const char *path, uint32_t line)
{
	return (struct place){.origin.path = str_of(path), .line = line};
}

static void a_secret_is_one_finding(void **state)
{
	struct world *w = *state;
	struct report_sink image;
	struct place layer = at("app/__pycache__/a.pyc", 0), commit = at("b", 1);
	const struct finding *f;

	layer.origin.layer = STR("sha256:00");
	commit.origin.commit = STR("9f3c1d2");
	report_sink_init(&image, &w->report, 4);
	add_secret(w, "h1", at("b", 1), SEVERITY_LOW);
	add_secret(w, "h1", at("b", 1), SEVERITY_LOW);
	add_secret(w, "h1", commit, SEVERITY_LOW);
	add_secret(w, "h2", at("b", 1), SEVERITY_LOW);
	add_secret(w, "h1", at("a", 7), SEVERITY_HIGH);
	w->sink = image;
	add_secret(w, "h1", layer, SEVERITY_LOW);
	assert_int_equal(w->report.findings.n, 2);
	f = &w->report.findings.p[0];
	assert_int_equal(f->n_places, 4);
	assert_int_equal(f->more_places, 0);
	assert_int_equal(f->subject, 3);
	assert_int_equal(f->severity, SEVERITY_HIGH);
	assert_str(f->places[0].origin.path, "a");
	assert_str(f->places[1].origin.path, "b");
	assert_str(f->places[2].origin.commit, "9f3c1d2");
	assert_str(f->places[3].origin.layer, "sha256:00");
	assert_false(str_eq(f->fingerprint, w->report.findings.p[1].fingerprint));
}

/* Its fingerprint is the same in another report, whatever place comes first. */
static void a_secrets_fingerprint_knows_no_path(void **state)
{
	struct world *w = *state;
	struct report before;
	struct report_sink sink;

	report_init(&before, MIB(1), FINDINGS_MAX);
	report_sink_init(&sink, &before, 0);
	add_secret(w, "h1", at("b", 1), SEVERITY_LOW);
	w->sink = sink;
	add_secret(w, "h1", at("elsewhere", 9), SEVERITY_LOW);
	assert_true(str_eq(w->report.findings.p[0].fingerprint, before.findings.p[0].fingerprint));
	report_release(&before);
}

static void a_secret_is_new_if_a_place_is(void **state)
{
	struct world *w = *state;
	struct place known = at("a", 1), fresh = at("z", 1);
	const struct finding *f;

	known.state = STATE_KNOWN;
	add_secret(w, "h1", known, SEVERITY_LOW);
	assert_int_equal(w->report.findings.p[0].state, STATE_KNOWN);
	add_secret(w, "h1", fresh, SEVERITY_LOW);
	f = &w->report.findings.p[0];
	assert_int_equal(f->state, STATE_NEW);
	assert_str(f->places[0].origin.path, "z");
	assert_int_equal(f->places[0].state, STATE_NEW);
	assert_int_equal(f->places[1].state, STATE_KNOWN);
	/* The same place again, and this time new. */
	known.state = STATE_NEW;
	add_secret(w, "h1", known, SEVERITY_LOW);
	f = &w->report.findings.p[0];
	assert_int_equal(f->n_places, 2);
	assert_int_equal(f->places[1].state, STATE_NEW);
	/* And known once more: that takes nothing back. */
	known.state = STATE_KNOWN;
	add_secret(w, "h1", known, SEVERITY_LOW);
	assert_int_equal(w->report.findings.p[0].n_places, 2);
	assert_int_equal(w->report.findings.p[0].places[0].state, STATE_NEW);
}

static void many_places_are_counted(void **state)
{
	struct world *w = *state;
	struct place known = at("a", 1);
	const struct finding *f;
	struct report again;
	struct err err = ERR_INIT;

	known.state = STATE_KNOWN;
	for (uint32_t line = 1000; line > 0; line--)
		add_secret(w, "h1", at("x", line), SEVERITY_LOW);
	add_secret(w, "h1", known, SEVERITY_LOW);
	f = &w->report.findings.p[0];
	assert_int_equal(w->report.findings.n, 1);
	assert_int_equal(f->n_places, FINDING_PLACES_MAX);
	assert_int_equal(f->more_places, 1001 - FINDING_PLACES_MAX);
	assert_int_equal(f->places[0].line, 1);
	assert_int_equal(f->places[FINDING_PLACES_MAX - 1].line, FINDING_PLACES_MAX);
	report_init(&again, MIB(1), FINDINGS_MAX);
	report_sink_init(&w->sink, &again, 0);
	assert_int_equal(report_replay(&w->report, &w->sink.sink, &err), 0);
	assert_int_equal(again.findings.p[0].more_places, 1001 - FINDING_PLACES_MAX);
	report_release(&again);
}

/* A full report, and one that was sorted, still take places of what they have. */
static void a_place_always_finds_its_secret(void **state)
{
	struct world *w = *state;
	const char *hashes[] = {"h5", "h4", "h3", "h2", "h1"};

	for (uint32_t i = 0; i < ARRAY_LEN(hashes); i++)
		add_secret(w, hashes[i], at("x", 10 - i), SEVERITY_LOW);
	report_sort(&w->report);
	for (uint32_t i = 0; i < ARRAY_LEN(hashes); i++)
		add_secret(w, hashes[i], at("y", 10 - i), SEVERITY_LOW);
	assert_int_equal(w->report.problems.n, 0);
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++) {
		const struct finding *f = &w->report.findings.p[i];

		assert_int_equal(f->n_places, 2);
		assert_int_equal(f->places[0].line, f->places[1].line);
	}
	add_secret(w, "one more", at("y", 1), SEVERITY_LOW);
	assert_int_equal(w->report.problems.n, 1);
}

static void every_allocation_for_a_place_may_fail(void **state)
{
	struct world *w = *state;
	struct arena *arena = &w->report.arena;
	struct finding_secret secret = {.hash = STR("h1")};
	struct place place = at("x", 1);
	struct finding finding = {
	    .rule = STR("A"), .secret = &secret, .places = &place, .n_places = 1};
	size_t fails = 0;

	add_secret(w, "h1", at("x", 1), SEVERITY_LOW);
	for (;;) {
		place.line++;
		fail_nth(arena, ++fails);
		if (sink_finding(&w->sink.sink, &finding, &w->err) == 0)
			break;
		assert_int_equal(w->err.code, ERR_NOMEM);
	}
	assert_true(fails > 3);
}

/* ---- one report into another ---- */

static void full_report(struct report *from)
{
	struct report_sink sink;
	struct sample s;
	struct package package = sample_package();
	struct distro distro = {STR("debian"), STR("12"), STR("bookworm"), STR("Debian 12")};
	struct problem problem = {
	    STAGE_SCAN, ERR_LIMIT, STR("too deep"), {.origin.path = STR("a.tar"), .line = 4}};
	struct err err = ERR_INIT;

	report_init(from, MIB(16), FINDINGS_MAX);
	report_sink_init(&sink, from, 7);
	sample_init(&s);
	assert_int_equal(sink_finding(&sink.sink, &s.finding, &err), 0);
	assert_int_equal(sink_package(&sink.sink, &package, &err), 0);
	assert_int_equal(sink_distro(&sink.sink, &distro, &err), 0);
	assert_int_equal(sink_problem(&sink.sink, &problem, &err), 0);
}

static void add_the_rest(struct report *from)
{
	struct subject subject = {.kind = STR("image"),
	    .name = STR("its own"),
	    .digest = STR("sha256:aa"),
	    .platform = STR("linux/amd64")};
	struct stage_result stage = {.stage = STAGE_SCAN, .why = STR("no image"), .duration_ms = 5};
	struct not_covered nc = {
	    .what = STR("alpine"), .why = STR("no advisories"), .packages = 12};
	struct err err = ERR_INIT;
	uint32_t index;

	assert_int_equal(report_add_subject(from, &subject, &index, &err), 0);
	assert_int_equal(report_add_stage(from, &stage, &err), 0);
	assert_int_equal(report_add_not_covered(from, &nc, &err), 0);
	from->database = (struct database_info){STR("sha256:db"), 99, true};
}

static void assert_told(const struct report *r, uint32_t subject)
{
	const struct finding *f = &r->findings.p[0];

	assert_int_equal(r->findings.n, 1);
	assert_int_equal(f->subject, subject);
	assert_str(f->rule, "CVE-2020-25032");
	assert_str(f->fingerprint, "0123456789abcdef0123456789abcdef");
	assert_int_equal(f->verdict, VERDICT_EXCUSED);
	assert_int_equal(f->state, STATE_KNOWN);
	assert_int_equal(f->n_places, 2);
	assert_str(f->places[1].origin.path, "app/requirements.txt");
	assert_str(f->waiver->owner, "team-a");
	assert_int_equal(r->inventory.packages.n, 1);
	assert_str(r->inventory.packages.p[0].purl, "pkg:pypi/flask-cors@3.0.8");
	assert_int_equal(r->inventory.packages.p[0].from_base, BASE_NO);
	assert_str(r->inventory.distro.codename, "bookworm");
	assert_int_equal(r->problems.n, 1);
	assert_int_equal(r->problems.p[0].code, ERR_LIMIT);
	assert_str(r->problems.p[0].place.origin.path, "a.tar");
}

static void a_replay_tells_all(void **state)
{
	struct world *w = *state;
	struct report from;

	full_report(&from);
	assert_int_equal(report_replay(&from, &w->sink.sink, &w->err), 0);
	report_release(&from);
	assert_told(&w->report, 3);
	/* A report without a distribution does not take one away. */
	report_init(&from, MIB(1), FINDINGS_MAX);
	assert_int_equal(report_replay(&from, &w->sink.sink, &w->err), 0);
	report_release(&from);
	assert_told(&w->report, 3);
}

static void a_merge_takes_all_over(void **state)
{
	struct world *w = *state;
	struct report *r = &w->report, from;
	struct subject own[] = {{.name = STR("a")}, {.name = STR("b"), .platform = STR("mine")}};
	uint32_t index;

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		assert_int_equal(report_add_subject(r, &own[i], &index, &w->err), 0);
	full_report(&from);
	add_the_rest(&from);
	assert_int_equal(report_merge(r, &from, 1, &w->err), 0);
	report_release(&from);
	assert_told(r, 1);
	assert_int_equal(r->subjects.n, 2);
	assert_str(r->subjects.p[0].digest, "");
	assert_str(r->subjects.p[1].name, "b");
	assert_str(r->subjects.p[1].digest, "sha256:aa");
	assert_str(r->subjects.p[1].platform, "linux/amd64");
	assert_int_equal(r->stages.n, 1);
	assert_str(r->stages.p[0].why, "no image");
	assert_int_equal(r->stages.p[0].duration_ms, 5);
	assert_int_equal(r->not_covered.n, 1);
	assert_str(r->not_covered.p[0].what, "alpine");
	assert_int_equal(r->not_covered.p[0].packages, 12);
	assert_true(r->database.used);
	assert_str(r->database.digest, "sha256:db");
	assert_int_equal(r->database.built_ms, 99);
}

/* What the other does not know stays as it is here. */
static void an_empty_merge_takes_nothing_away(void **state)
{
	struct world *w = *state;
	struct subject subject = {.digest = STR("sha256:bb"), .platform = STR("linux/arm64")};
	struct report from;
	uint32_t index;

	add(w, "A", "x", 1);
	assert_int_equal(report_add_subject(&w->report, &subject, &index, &w->err), 0);
	w->report.database = (struct database_info){STR("sha256:db"), 99, true};
	report_init(&from, MIB(1), FINDINGS_MAX);
	assert_int_equal(report_merge(&w->report, &from, 0, &w->err), 0);
	subject = (struct subject){.name = STR("nothing known")};
	assert_int_equal(report_add_subject(&from, &subject, &index, &w->err), 0);
	assert_int_equal(report_merge(&w->report, &from, 0, &w->err), 0);
	report_release(&from);
	assert_int_equal(w->report.findings.n, 1);
	assert_str(w->report.subjects.p[0].digest, "sha256:bb");
	assert_str(w->report.subjects.p[0].platform, "linux/arm64");
	assert_str(w->report.database.digest, "sha256:db");
}

/* The same twice is reported once; what is dropped for being too much is a problem here too. */
static void a_merge_keeps_the_reports_rules(void **state)
{
	struct world *w = *state;
	struct report *r = &w->report;
	struct subject subject = {.name = STR("a")};
	uint32_t index;
	struct world other;

	assert_int_equal(report_add_subject(r, &subject, &index, &w->err), 0);
	report_init(&other.report, MIB(1), FINDINGS_MAX);
	report_sink_init(&other.sink, &other.report, 0);
	other.err = ERR_INIT;
	for (uint32_t line = 1; line <= FINDINGS_MAX + 1; line++)
		add(&other, "A", "x", line);
	assert_int_equal(report_merge(r, &other.report, 0, &w->err), 0);
	assert_int_equal(r->findings.n, FINDINGS_MAX);
	assert_int_equal(r->problems.n, 1);
	assert_int_equal(r->problems.p[0].code, ERR_LIMIT);
	report_conclude(r);
	assert_int_equal(r->exit_code, 4);
	assert_int_equal(report_merge(r, &other.report, 0, &w->err), 0);
	assert_int_equal(r->findings.n, FINDINGS_MAX);
	report_release(&other.report);
}

static void a_merge_may_find_no_room(void **state)
{
	struct world *w = *state;
	struct subject subject = {.name = STR("a")};
	struct report from, into;
	uint32_t index;
	size_t fails = 0;
	int result;

	full_report(&from);
	add_the_rest(&from);
	do {
		report_init(&into, MIB(16), FINDINGS_MAX);
		assert_int_equal(report_add_subject(&into, &subject, &index, &w->err), 0);
		fail_nth(&into.arena, ++fails);
		w->err = ERR_INIT;
		result = report_merge(&into, &from, 0, &w->err);
		if (result != 0)
			assert_int_equal(w->err.code, ERR_NOMEM);
		report_release(&into);
	} while (result != 0);
	assert_true(fails > 20);
	report_release(&from);
}

#define report_test(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    report_test(findings_are_marked),
	    report_test(ordinals_tell_kin_apart),
	    report_test(told_twice_is_kept_once),
	    report_test(the_limit_is_told_once),
	    report_test(nothing_is_borrowed),
	    report_test(all_is_sorted),
	    report_test(exit_codes_have_an_order),
	    report_test(every_allocation_may_fail),
	    report_test(a_secret_is_one_finding),
	    report_test(a_secrets_fingerprint_knows_no_path),
	    report_test(a_secret_is_new_if_a_place_is),
	    report_test(many_places_are_counted),
	    report_test(a_place_always_finds_its_secret),
	    report_test(every_allocation_for_a_place_may_fail),
	    report_test(a_replay_tells_all),
	    report_test(a_merge_takes_all_over),
	    report_test(an_empty_merge_takes_nothing_away),
	    report_test(a_merge_keeps_the_reports_rules),
	    report_test(a_merge_may_find_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
