/* Whole reports in every format, byte for byte: tests/data/report/REPORT.FORMAT.expect. */
#include "expected.h"
#include "report/format.h"
#include "with_cmocka.h"

#include <stdio.h>

#define LIST(array) {array, ARRAY_LEN(array)}

static struct str aliases[] = {STR_INIT("PYSEC-1"), STR_INIT("GHSA-1")};
static struct str fixed_in[] = {STR_INIT("3.0.9"), STR_INIT("4.0")};
static struct str references[] = {STR_INIT("https://example.com/a")};
static struct str compliance[] = {STR_INIT("cis-4.1"), STR_INIT("cis-4.2")};
static struct finding_edit edits[] = {{.path = STR_INIT("Dockerfile"),
					  .offset = 50,
					  .end = 54,
					  .line = 7,
					  .column = 6,
					  .end_line = 7,
					  .end_column = 10,
					  .text = STR_INIT("10001"),
					  .level = EDIT_SUGGESTED,
					  .importance = 75},
    {.path = STR_INIT("Dockerfile"),
	.offset = 60,
	.end = 61,
	.line = 8,
	.column = 1,
	.end_line = 8,
	.end_column = 2}};
static const struct finding_fix root_fix = {
    .text = STR_INIT("USER 10001"), .edits = edits, .n_edits = 2};
static const struct finding_fix update_fix = {.text = STR_INIT("update to 3.0.9")};
static const struct finding_secret key_secret = {.kind = STR_INIT("aws-access-key"),
    .length = 20,
    .prefix = STR_INIT("AKIA"),
    .hash = STR_INIT("00ff")};
static const struct finding_secret generic_secret = {
    .kind = STR_INIT("generic"), .length = 9, .hash = STR_INIT("00fe"), .generic = true};
static const struct finding_vulnerability known_bad = {.id = STR_INIT("CVE-2020-25032"),
    .aliases = LIST(aliases),
    .fixed = LIST(fixed_in),
    .severity = SEVERITY_HIGH,
    .cvss_vector = STR_INIT("CVSS:3.1/AV:N"),
    .cvss_tenths = 75,
    .kev = 1,
    .epss_per_mille = 930,
    .range = STR_INIT(">= 0, < 3.0.9"),
    .feed = STR_INIT("osv")};
static const struct finding_vulnerability unrated = {.id = STR_INIT("CVE-2021-1"),
    .fixed = LIST(fixed_in),
    .cvss_tenths = -1,
    .kev = -1,
    .epss_per_mille = -1};
static const struct finding_vulnerability no_cure = {
    .id = STR_INIT("CVE-2021-2"), .cvss_tenths = 0, .kev = 0, .epss_per_mille = 0};
static struct place flask_at[] = {{.origin = {.path = STR_INIT("srv/app.zip"),
				       .inner = STR_INIT("lib/a.whl!flask/METADATA"),
				       .encoding = STR_INIT("base64,gzip"),
				       .author = STR_INIT("A <a@example.org>"),
				       .ref = STR_INIT("refs/heads/main")}},
    {.origin.path = STR_INIT("b/METADATA"), .line = 2}};
static const struct package flask = {.type = STR_INIT("pypi"),
    .name = STR_INIT("flask-cors"),
    .version = STR_INIT("3.0.8"),
    .source = STR_INIT("flask"),
    .source_version = STR_INIT("3"),
    .purl = STR_INIT("pkg:pypi/flask-cors@3.0.8"),
    .licence = STR_INIT("MIT AND (BSD-3-Clause OR \"odd\")"),
    .scope = SCOPE_RUNTIME,
    .from_base = BASE_NO,
    .occurrences = flask_at,
    .n_occurrences = 2,
    .more_occurrences = 7};
static const struct package base_package = {
    .name = STR_INIT("libc6"), .version = STR_INIT("2"), .from_base = BASE_YES};
static const struct finding_waiver waiver = {.owner = STR_INIT("ops@example.com"),
    .reason = STR_INIT("not reachable"),
    .until = STR_INIT("2026-12-20")};
static const struct finding_waiver sooner = {
    .owner = STR_INIT("sec"), .reason = STR_INIT("moving"), .until = STR_INIT("2026-12-01")};
static const struct finding_waiver endless = {
    .owner = STR_INIT("sec"), .reason = STR_INIT("false")};

static const char layer[] =
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static const char commit[] = "9f3c1d2aaabbbcccdddeeefff000111222333444";

static struct place root_at[] = {{.origin.path = STR_INIT("Dockerfile"),
    .line = 7,
    .column = 1,
    .end_line = 7,
    .end_column = 10}};
static struct place key_at[] = {{.origin.path = STR_INIT("app/index.py"),
				    .line = 12,
				    .column = 8,
				    .origin.commit = STR_INIT(commit)},
    {.origin.path = STR_INIT("app/index.py"), .line = 13, .state = STATE_KNOWN},
    {.origin.path = STR_INIT("b/c.py"), .line = 8, .origin.layer = STR_INIT(layer)},
    {.origin.path = STR_INIT("b/c.py"), .line = 9},
    {.origin.path = STR_INIT("d.py"), .line = 1, .column = 2, .state = STATE_KNOWN},
    {.origin.path = STR_INIT("e.py"), .line = 2}};
static struct place generic_at[] = {
    {.origin.commit = STR_INIT(commit), .line = 3}, {.line = 4, .origin.layer = STR_INIT(layer)}};
static struct place layer_at[] = {{.origin.path = STR_INIT("requirements.txt"),
    .line = 3,
    .origin.layer = STR_INIT(layer),
    .origin.instruction = STR_INIT("Dockerfile:5 COPY requirements.txt")}};
static struct place base_at[] = {
    {.origin.path = STR_INIT("var/lib/dpkg/status"), .origin.layer = STR_INIT("sha256:short")}};
static struct place config_at[] = {{.origin.instruction = STR_INIT("ENV A=1")}};

static const struct finding findings[] = {
    {.rule = STR_INIT("DL3002"),
	.severity = SEVERITY_HIGH,
	.peer_severity = STR_INIT("warning"),
	.verdict = VERDICT_BLOCKS,
	.title = STR_INIT("the last user must not be root"),
	.message = STR_INIT("the last user is root"),
	.threat = STR_INIT("host"),
	.fingerprint = STR_INIT("f1"),
	.source_line = STR_INIT("USER root"),
	.places = root_at,
	.n_places = 1,
	.fix = &root_fix,
	.references = LIST(references),
	.compliance = LIST(compliance),
	.request = STR_INIT("Dockerfile:6 asks for it")},
    {.rule = STR_INIT("aws-access-key"),
	.stage = STAGE_SECRETS,
	.severity = SEVERITY_CRITICAL,
	.verdict = VERDICT_BLOCKS,
	.message = STR_INIT("20 characters"),
	.fingerprint = STR_INIT("f2"),
	.places = key_at,
	.n_places = ARRAY_LEN(key_at),
	.more_places = 3,
	.secret = &key_secret,
	.waiver_ended = STR_INIT("ops's waiver ended 2026-01-01")},
    {.rule = STR_INIT("CVE-2020-25032"),
	.stage = STAGE_SCAN,
	.subject = 1,
	.severity = SEVERITY_HIGH,
	.verdict = VERDICT_BLOCKS,
	.state = STATE_KNOWN,
	.message = STR_INIT("flask-cors 3.0.8"),
	.places = layer_at,
	.n_places = 1,
	.package = &flask,
	.vulnerability = &known_bad,
	.fix = &update_fix},
    {.rule = STR_INIT("CVE-2021-1"),
	.stage = STAGE_SCAN,
	.subject = 1,
	.verdict = VERDICT_WARNS,
	.title = STR_INIT("no severity"),
	.places = base_at,
	.n_places = 1,
	.package = &base_package,
	.vulnerability = &unrated},
    {.rule = STR_INIT("CVE-2021-2"),
	.stage = STAGE_SCAN,
	.severity = SEVERITY_LOW,
	.verdict = VERDICT_WARNS,
	.title = STR_INIT("no cure"),
	.places = config_at,
	.n_places = 1,
	.vulnerability = &no_cure,
	.fix = &update_fix},
    {.rule = STR_INIT("PL9"),
	.severity = SEVERITY_INFO,
	.verdict = VERDICT_WARNS,
	.state = STATE_KNOWN,
	.title = STR_INIT("known warning")},
    {.rule = STR_INIT("PL8"),
	.severity = SEVERITY_INFO,
	.verdict = VERDICT_PASSES,
	.title = STR_INIT("passing")},
    {.rule = STR_INIT("generic"),
	.stage = STAGE_SECRETS,
	.severity = SEVERITY_MEDIUM,
	.verdict = VERDICT_EXCUSED,
	.message = STR_INIT("9 characters"),
	.places = generic_at,
	.n_places = ARRAY_LEN(generic_at),
	.secret = &generic_secret,
	.waiver = &waiver},
    {.rule = STR_INIT("PL7"),
	.severity = SEVERITY_LOW,
	.verdict = VERDICT_EXCUSED,
	.title = STR_INIT("excused"),
	.waiver = &sooner,
	.waiver_ended = STR_INIT("not shown beside a waiver")},
    {.rule = STR_INIT("PL6"),
	.severity = SEVERITY_LOW,
	.verdict = VERDICT_EXCUSED,
	.title = STR_INIT("excused for ever"),
	.waiver = &endless},
};

static const struct problem problems[] = {
    {.stage = STAGE_VALIDATE,
	.code = ERR_LIMIT,
	.message = STR_INIT("too large"),
	.place = {.origin.path = STR_INIT("big.txt"), .line = 4}},
    {.stage = STAGE_SCAN,
	.code = ERR_FORMAT,
	.message = STR_INIT("layer.tar: bad\nline 1\nline `2`"),
	.place = {.origin.path = STR_INIT("layer.tar")}},
    {.stage = STAGE_BUILD, .code = ERR_IO, .message = STR_INIT("no place")},
};

static const struct not_covered gaps[] = {
    {.stage = STAGE_SECRETS,
	.kind = GAP_SUBMODULE,
	.what = STR_INIT("lib/x"),
	.why = STR_INIT("not read"),
	.verdict = VERDICT_BLOCKS},
    {.stage = STAGE_SCAN,
	.kind = GAP_RELEASE,
	.what = STR_INIT("debian 14"),
	.packages = 12,
	.why = STR_INIT("no advisories in this database"),
	.verdict = VERDICT_BLOCKS},
    {.stage = STAGE_SCAN,
	.kind = GAP_PACKAGES,
	.what = STR_INIT("pypi"),
	.packages = 1,
	.why = STR_INIT("no exact version"),
	.verdict = VERDICT_WARNS},
    {.stage = STAGE_VALIDATE,
	.kind = GAP_TOO_LARGE,
	.what = STR_INIT("big"),
	.why = STR_INIT("over 4 MB"),
	.verdict = VERDICT_PASSES},
    {.stage = STAGE_SECRETS,
	.kind = GAP_TOO_LARGE,
	.what = STR_INIT("big"),
	.why = STR_INIT("over 4 MB"),
	.verdict = VERDICT_PASSES},
};

static const struct stage_result stages[] = {
    {.stage = STAGE_VALIDATE, .ran = true, .verdict = VERDICT_BLOCKS, .duration_ms = 1250},
    {.stage = STAGE_SECRETS,
	.ran = true,
	.verdict = VERDICT_BLOCKS,
	.failed = true,
	.duration_ms = 40},
    {.stage = STAGE_BUILD, .ran = true, .duration_ms = 60000},
    {.stage = STAGE_SCAN, .ran = true, .verdict = VERDICT_WARNS},
    {.stage = STAGE_PUBLISH, .why = STR_INIT("blocked by | secrets")},
};

/* `n` of each list; all of them if it is large. */
static void fill(struct report *r, size_t n)
{
	struct package package = {.type = STR("deb"), .name = STR("libc6"), .version = STR("2")};
	struct subject top = {
	    .kind = STR("repository"), .name = STR("."), .platform = STR("linux/amd64")};
	struct subject image = {
	    .kind = STR("image"), .name = STR("app"), .digest = STR("sha256:aa"), .parent = 1};
	uint32_t index;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < MIN_OF(n, ARRAY_LEN(findings)); i++)
		assert_true(vec_push(&r->findings, &r->arena, findings[i]));
	for (size_t i = 0; i < MIN_OF(n, ARRAY_LEN(problems)); i++)
		assert_true(vec_push(&r->problems, &r->arena, problems[i]));
	for (size_t i = 0; i < MIN_OF(n, ARRAY_LEN(gaps)); i++)
		assert_int_equal(report_add_not_covered(r, &gaps[i], &err), 0);
	for (size_t i = 0; i < MIN_OF(n, ARRAY_LEN(stages)); i++)
		assert_int_equal(report_add_stage(r, &stages[i], &err), 0);
	assert_int_equal(report_add_subject(r, &top, &index, &err), 0);
	assert_int_equal(report_add_subject(r, &image, &index, &err), 0);
	assert_true(vec_push(&r->inventory.packages, &r->arena, package));
	r->inventory.distro = (struct distro){.id = STR("debian"), .version_id = STR("12")};
	r->policy = (struct policy_info){.source = STR("/etc/policy.yaml"), .mode = STR("new")};
}

static void full_report(struct report *r)
{
	fill(r, SIZE_MAX);
	r->policy.commit = STR("7d0e12a8888");
	r->policy.note = STR("demonstration <data>");
	r->database =
	    (struct database_info){.digest = STR("sha256:db"), .built_ms = 1000, .used = true};
	r->suppressions = (struct suppressions){.granted = 2, .asked = 3, .unused = 1};
	r->suppressions_added = (struct suppressions){.granted = 1, .asked = 1};
	r->compared = true;
	report_sort(r);
	report_conclude(r);
}

/* What is left of it if nothing was found. */
static void clean_report(struct report *r)
{
	fill(r, 0);
	assert_true(vec_push(&r->stages, &r->arena, stages[2]));
	report_conclude(r);
}

static void blocked_report(struct report *r)
{
	fill(r, 1);
	r->problems.n = 0;
	r->suppressions = (struct suppressions){.unused = 1};
	report_conclude(r);
}

static void warning_report(struct report *r)
{
	fill(r, 0);
	for (size_t i = 3; i < ARRAY_LEN(findings); i++)
		assert_true(vec_push(&r->findings, &r->arena, findings[i]));
	r->suppressions = (struct suppressions){.asked = 1};
	r->compared = true;
	report_conclude(r);
}

static const struct {
	const char *name;
	void (*fill)(struct report *r);
	struct report_opts opts;
} reports[] = {
    {"everything", full_report,
	{.max_blocking = 2, .now_ms = 2 * 60 * 60 * 1000 + 1000, .marker = STR_INIT("plimsoll:1")}},
    {"everything-all", full_report,
	{.all = true,
	    .color = true,
	    .max_blocking = 1,
	    .trailer = STR_INIT("pushed as"),
	    .image = STR_INIT("registry.example/app@sha256:aa")}},
    {"clean", clean_report,
	{.max_blocking = 10, .color = true, .trailer = STR_INIT("not <pushed>")}},
    {"blocked", blocked_report, {.max_blocking = 2}},
    {"warning", warning_report, {.max_blocking = 3}},
};

static void replace_version(const struct buf *from, struct buf *to)
{
	size_t at = str_find(buf_str(from), STR("\"version\": \"" PLIMSOLL_VERSION "\""));

	if (at == STR_NPOS) {
		buf_add(to, buf_str(from));
		return;
	}
	at += strlen("\"version\": \"");
	buf_add(to, str_sub(buf_str(from), 0, at));
	buf_add(to, STR("VERSION"));
	buf_add(to, str_sub(buf_str(from), at + strlen(PLIMSOLL_VERSION), from->n));
}

static void write_one(size_t i, const struct report_format *format)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct buf text CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct report report;
	char path[400];

	report_init(&report, MIB(16), 1000);
	reports[i].fill(&report);
	format->write(&report, &reports[i].opts, &out);
	report_release(&report);
	replace_version(&out, &text);
	(void)snprintf(
	    path, sizeof path, "%s/report/%s.%s.expect", TEST_DATA, reports[i].name, format->name);
	assert_expected(path, &text);
}

static void every_report_is_written_as_it_should_be(void **state)
{
	size_t n;
	const struct report_format *const *formats = report_formats(&n);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reports); i++)
		for (size_t k = 0; k < n; k++)
			write_one(i, formats[k]);
}

static void formats_are_found_by_name(void **state)
{
	(void)state;
	assert_string_equal(report_format_find(STR("markdown"))->name, "markdown");
	assert_null(report_format_find(STR("mark")));
	assert_null(report_format_find(STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_report_is_written_as_it_should_be),
	    cmocka_unit_test(formats_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
