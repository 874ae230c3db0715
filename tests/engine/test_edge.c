/* What is about to be shown holds no secret, whoever wrote it. */
#include "../core/samples.h"
#include "../core/unit.h"
#include "base/buf.h"
#include "engine/edge.h"
#include "report/format.h"

/* Shaped like a key, and none. */
#define KEY    "AKIAQ3EGUXHDWT5ZNB7C"
#define DIGEST "sha256:4d7a4d7a4d7a4d7a4d7a4d7a4d7a4d7a4d7a4d7a4d7a4d7a4d7a4d7a4d7a4d7a"

struct world {
	struct edge edge;
	struct arena arena;
	struct report report;
	struct err err;
};

static int world_open(void **state)
{
	static struct world w;

	w = (struct world){.err = ERR_INIT};
	edge_init(&w.edge, &limits_default);
	arena_init(&w.arena, MIB(16));
	report_init(&w.report, MIB(64), 100);
	*state = &w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;

	report_release(&w->report);
	arena_release(&w->arena);
	edge_release(&w->edge);
	return 0;
}

static void shows(struct world *w, const char *text, const char *shown)
{
	struct str got;

	if (edge_text(&w->edge, str_of(text), &w->arena, &got, &w->err) != 0)
		fail_msg("%s", w->err.text);
	assert_true(str_eq(got, str_of(shown)));
}

static void a_text(void **state)
{
	struct world *w = *state;

	shows(w, "", "");
	shows(w, "the last user is root", "the last user is root");
	shows(w, DIGEST, DIGEST);
	shows(w, "base image host/x:" KEY ": not found", "base image host/x:[secret]: not found");
	shows(w, KEY " and " KEY, "[secret] and [secret]");
	shows(w, "a" KEY "b", "a[secret]b");
	shows(w, "d/x" KEY "/Dockerfile", "d/x[secret]/Dockerfile");
	shows(
	    w, "registry.example:5000/team/app:" DIGEST, "registry.example:5000/team/app:" DIGEST);
}

/* Keys in which no digit shows that they are none of our words. */
static void a_key_of_letters(void **state)
{
	struct world *w = *state;

	shows(w, "x AKIAQWHRTZUSOPADFGJK", "x [secret]");
	shows(w, "DEBIAN_FRONTEND=noninteractive --no-install-recommends",
	    "DEBIAN_FRONTEND=noninteractive --no-install-recommends");
}

static void a_secret_of_several_lines(void **state)
{
	struct world *w = *state;
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(8));
	struct str got;

	buf_add(&text, STR("STEP 2/3: RUN cat key\n-----BEGIN RSA PRIVATE KEY-----\n"));
	for (int i = 0; i < 12; i++)
		buf_add(&text,
		    STR("MIIEowIBAAKCAQEAq3EGUXHDWT5ZNB7Cx7Kq2mW9vR4tLp8ZsYc3Nd6HfJb1Ga2Q\n"));
	buf_add(&text, STR("-----END RSA PRIVATE KEY-----\nSTEP 3/3: USER 1\n"));
	assert_int_equal(edge_text(&w->edge, buf_str(&text), &w->arena, &got, &w->err), 0);
	assert_false(str_has(got, STR("x7Kq2mW9vR4t")));
	assert_true(str_has(got, STR("STEP 2/3: RUN cat key\n")));
	assert_true(str_has(got, STR("STEP 3/3: USER 1\n")));
}

/* What `head` and `tail` print of a key. */
static void parts_of_a_secret(void **state)
{
	struct world *w = *state;
	const char *line = "MIIEowIBAAKCAQEAq3EGUXHDWT5ZNB7Cx7Kq2mW9vR4tLp8ZsYc3Nd6HfJb1Ga2Q\n";
	struct str text = arena_fmt(
	    &w->arena, "STEP 2\n-----BEGIN RSA PRIVATE KEY-----\n%s%sMIIEow\nSTEP 3\n", line, line);
	struct str got;

	assert_int_equal(edge_text(&w->edge, text, &w->arena, &got, &w->err), 0);
	assert_true(str_eq(got, STR("STEP 2\n[secret]\nSTEP 3\n")));
	text = arena_fmt(&w->arena, "STEP 2\n%s%sSTEP 3\n", line, line);
	assert_int_equal(edge_text(&w->edge, text, &w->arena, &got, &w->err), 0);
	assert_true(str_eq(got, STR("STEP 2\n[secret]\n[secret]\nSTEP 3\n")));
}

/* Each text that can come from outside ends in the key. */
static void plant(struct world *w, struct sample *s)
{
	const struct str key = STR("x " KEY);
	struct place *place = &s->places[0];
	struct report *r = &w->report;
	struct subject subject = {.kind = STR("image"), .name = key, .digest = STR(DIGEST)};
	struct problem problem = {
	    .message = key, .place = {.origin.path = key, .origin.instruction = key}};
	struct not_covered gap = {.what = key, .why = key};
	struct stage_result stage = {.why = key};
	struct report_sink sink;
	uint32_t index;

	sample_init(s);
	place->origin.path = place->origin.instruction = key;
	place->origin.inner = place->origin.author = place->origin.ref = key;
	s->package.licence = s->occurrences[0].origin.path = s->occurrences[1].origin.inner = key;
	s->finding.message = s->finding.source_line = s->finding.request = key;
	s->finding.waiver_ended = key;
	s->finding.identity = key;
	s->package.name = s->package.version = s->package.source = s->package.purl = key;
	s->package.arch = s->package.source_version = s->package.place.origin.path = key;
	s->fix.text = s->edits[0].path = s->edits[0].text = key;
	s->waiver.owner = s->waiver.reason = key;
	report_sink_init(&sink, r, 0);
	assert_int_equal(report_add_subject(r, &subject, &index, &w->err), 0);
	assert_int_equal(sink_finding(&sink.sink, &s->finding, &w->err), 0);
	assert_int_equal(sink_package(&sink.sink, &s->package, &w->err), 0);
	assert_int_equal(sink_distro(&sink.sink, &(struct distro){key, key, key, key}, &w->err), 0);
	assert_int_equal(sink_problem(&sink.sink, &problem, &w->err), 0);
	assert_int_equal(sink_gap(&sink.sink, &gap, &w->err), 0);
	assert_int_equal(report_add_stage(r, &stage, &w->err), 0);
	r->policy = (struct policy_info){.source = key, .note = key};
}

static void assert_clean(struct world *w, const char *format)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct report_opts opts = {.all = true, .max_blocking = 10};

	report_format_find(str_of(format))->write(&w->report, &opts, &out);
	assert_true(buf_ok(&out));
	if (str_has(buf_str(&out), STR(KEY)))
		fail_msg("the key is shown: %s", buf_cstr(&out));
	if (strcmp(format, "json") == 0)
		assert_true(str_has(buf_str(&out), STR(DIGEST)));
}

static void every_text_of_a_report(void **state)
{
	static const char *const formats[] = {
	    "text", "json", "markdown", "sarif", "junit", "check-dockerfile", "plan"};
	struct world *w = *state;
	struct sample s;

	plant(w, &s);
	if (edge_report(&w->edge, &w->report, &w->err) != 0)
		fail_msg("%s", w->err.text);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		assert_clean(w, formats[i]);
	assert_true(str_eq(w->report.problems.p[0].message, STR("x [secret]")));
	assert_true(str_eq(w->report.findings.p[0].source_line, STR("x ********************")));
	assert_true(str_eq(w->report.inventory.packages.p[0].name, STR("x [secret]")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_text, world_open, world_close),
	    cmocka_unit_test_setup_teardown(a_key_of_letters, world_open, world_close),
	    cmocka_unit_test_setup_teardown(a_secret_of_several_lines, world_open, world_close),
	    cmocka_unit_test_setup_teardown(parts_of_a_secret, world_open, world_close),
	    cmocka_unit_test_setup_teardown(every_text_of_a_report, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
