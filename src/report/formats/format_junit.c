/*
 * JUnit's XML as CI servers read it: a suite for each stage, a test case for each finding that is
 * new or blocks, a failure if it blocks. What could not be read is an error, what was excused or
 * not covered is skipped, and a stage without a finding is one test that passed.
 */
#include "base/xml.h"
#include "report/format.h"

struct suite {
	enum stage stage;
	bool ran;
	int64_t ms;
	size_t tests, failures, errors, skipped;
};

static bool is_told(const struct finding *f, enum stage stage)
{
	return f->stage == stage && (f->state == STATE_NEW || f->verdict == VERDICT_BLOCKS);
}

static struct suite count_suite(const struct report *r, enum stage stage)
{
	struct suite suite = {.stage = stage};
	size_t gaps = 0;

	for (size_t i = 0; i < r->stages.n; i++) {
		suite.ran |= r->stages.p[i].stage == stage && r->stages.p[i].ran;
		if (r->stages.p[i].stage == stage)
			suite.ms = r->stages.p[i].duration_ms;
	}
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = &r->findings.p[i];

		suite.tests += is_told(f, stage);
		suite.failures += is_told(f, stage) && f->verdict == VERDICT_BLOCKS;
		suite.skipped += is_told(f, stage) && f->verdict == VERDICT_EXCUSED;
	}
	for (size_t i = 0; i < r->problems.n; i++)
		suite.errors += r->problems.p[i].stage == stage;
	for (size_t i = 0; i < r->not_covered.n; i++)
		gaps += r->not_covered.p[i].stage == stage;
	suite.skipped += gaps;
	suite.tests += gaps;
	suite.tests += suite.errors;
	return suite;
}

static void add_count(struct buf *out, const char *name, size_t n)
{
	buf_addf(out, " %s=\"%zu\"", name, n);
}

static void begin_case(struct buf *out, struct str class, struct str name)
{
	buf_add(out, STR("\t\t<testcase"));
	xml_attribute(out, "classname", class);
	xml_attribute(out, "name", name);
}

static void write_finding(const struct finding *f, struct buf *out)
{
	struct buf place CLEANUP(buf_release) = BUF_INIT(KIB(64));

	if (f->n_places > 0)
		report_place_text(&f->places[0], &place);
	buf_addf(&place, " " STR_FMT, STR_ARG(f->rule));
	begin_case(out, stage_word(f->stage), str_trim(buf_str(&place)));
	if (f->verdict == VERDICT_EXCUSED) {
		buf_add(out, STR("><skipped"));
		xml_attribute(out, "message", f->waiver ? f->waiver->reason : f->request);
		buf_add(out, STR("/></testcase>\n"));
		return;
	}
	if (f->verdict != VERDICT_BLOCKS) {
		buf_add(out, STR("><system-out>"));
		xml_text(out, f->message.n > 0 ? f->message : f->title);
		buf_add(out, STR("</system-out></testcase>\n"));
		return;
	}
	buf_add(out, STR("><failure"));
	xml_attribute(out, "type", severity_word(f->severity));
	xml_attribute(out, "message", f->message.n > 0 ? f->message : f->title);
	buf_addc(out, '>');
	if (f->fix)
		xml_text(out, f->fix->text);
	buf_add(out, STR("</failure></testcase>\n"));
}

static void write_problem(const struct problem *p, struct buf *out)
{
	struct buf place CLEANUP(buf_release) = BUF_INIT(KIB(64));

	report_place_text(&p->place, &place);
	begin_case(out, stage_word(p->stage), buf_str(&place));
	buf_add(out, STR("><error"));
	xml_attribute(out, "message", p->message);
	buf_add(out, STR("/></testcase>\n"));
}

static void write_gap(const struct not_covered *gap, struct buf *out)
{
	struct buf why CLEANUP(buf_release) = BUF_INIT(KIB(64));

	report_gap_text(gap, &why);
	begin_case(out, stage_word(gap->stage), gap->what);
	buf_add(out, STR("><skipped"));
	xml_attribute(out, "message", buf_str(&why));
	buf_add(out, STR("/></testcase>\n"));
}

/* A stage that ran and has nothing to say passed. */
static size_t tests_of(const struct suite *suite)
{
	return MAX_OF(suite->tests, (size_t)suite->ran);
}

static void write_suite(const struct report *r, const struct suite *suite, struct buf *out)
{
	buf_add(out, STR("\t<testsuite"));
	xml_attribute(out, "name", stage_word(suite->stage));
	add_count(out, "tests", tests_of(suite));
	add_count(out, "failures", suite->failures);
	add_count(out, "errors", suite->errors);
	add_count(out, "skipped", suite->skipped);
	buf_addf(out, " time=\"%lld.%03lld\">\n", (long long)(suite->ms / 1000),
	    (long long)(suite->ms % 1000));
	for (size_t i = 0; i < r->findings.n; i++)
		if (is_told(&r->findings.p[i], suite->stage))
			write_finding(&r->findings.p[i], out);
	for (size_t i = 0; i < r->problems.n; i++)
		if (r->problems.p[i].stage == suite->stage)
			write_problem(&r->problems.p[i], out);
	for (size_t i = 0; i < r->not_covered.n; i++)
		if (r->not_covered.p[i].stage == suite->stage)
			write_gap(&r->not_covered.p[i], out);
	if (suite->tests == 0) {
		begin_case(out, stage_word(suite->stage), STR("nothing new"));
		buf_add(out, STR("/>\n"));
	}
	buf_add(out, STR("\t</testsuite>\n"));
}

static void write_junit(const struct report *r, const struct report_opts *opts, struct buf *out)
{
	struct suite suites[STAGE_COUNT], all = {.tests = 0};

	(void)opts;
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		suites[stage] = count_suite(r, (enum stage)stage);
		all.tests += tests_of(&suites[stage]);
		all.failures += suites[stage].failures;
		all.errors += suites[stage].errors;
		all.skipped += suites[stage].skipped;
	}
	buf_add(out, STR(XML_DECLARATION "\n<testsuites name=\"plimsoll\""));
	add_count(out, "tests", all.tests);
	add_count(out, "failures", all.failures);
	add_count(out, "errors", all.errors);
	add_count(out, "skipped", all.skipped);
	buf_add(out, STR(">\n"));
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		if (tests_of(&suites[stage]) > 0)
			write_suite(r, &suites[stage], out);
	buf_add(out, STR("</testsuites>\n"));
}

const struct report_format format_junit = {
    .name = "junit",
    .title = "JUnit's XML, for the test pages of CI servers",
    .mime = "application/xml",
    .write = write_junit,
};
