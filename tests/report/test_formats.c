/* The formats over one report that has one of everything. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "report/format.h"

#include <jansson.h>

static struct place places[] = {
    {.path = STR_INIT("Dockerfile"), .line = 7, .column = 1,	     .end_line = 7, .end_column = 10},
    {.path = STR_INIT("a`|<b>\033[31m\n.py"),	      .line = 12,			  .column = 8},
};
static const struct finding_fix fix = {.text = STR_INIT("USER 10001")};
static const struct finding_secret secret = {
    .kind = STR_INIT("aws-access-key"), .length = 20, .hash = STR_INIT("00ff")};

static void fill(struct report *r)
{
	struct finding root = {.rule = STR("DL3002"),
	    .severity = SEVERITY_HIGH,
	    .verdict = VERDICT_BLOCKS,
	    .title = STR("root"),
	    .message = STR("the last user is root"),
	    .fingerprint = STR("f1"),
	    .source_line = STR("USER root"),
	    .places = &places[0],
	    .n_places = 1,
	    .fix = &fix};
	struct finding key = {.rule = STR("aws-access-key"),
	    .stage = STAGE_SECRETS,
	    .severity = SEVERITY_CRITICAL,
	    .verdict = VERDICT_BLOCKS,
	    .message = STR("20 characters"),
	    .fingerprint = STR("f2"),
	    .places = &places[1],
	    .n_places = 1,
	    .secret = &secret};
	struct problem problem = {
	    .stage = STAGE_VALIDATE, .code = ERR_LIMIT, .message = STR("too large")};
	struct stage_result stage = {
	    .stage = STAGE_VALIDATE, .ran = true, .verdict = VERDICT_BLOCKS};
	struct stage_result skipped = {.stage = STAGE_SCAN, .why = STR("no image")};
	struct err err;

	report_init(r, MIB(16), 1000);
	assert_true(vec_push(&r->findings, &r->arena, root));
	assert_true(vec_push(&r->findings, &r->arena, key));
	assert_true(vec_push(&r->problems, &r->arena, problem));
	assert_int_equal(report_add_stage(r, &stage, &err), 0);
	assert_int_equal(report_add_stage(r, &skipped, &err), 0);
	report_conclude(r);
}

static struct str write_as(const char *name, struct buf *out)
{
	struct report_opts opts = {.max_blocking = 10, .marker = STR("plimsoll:1")};
	const struct report_format *format = report_format_find(str_of(name));
	struct report report;

	assert_non_null(format);
	fill(&report);
	format->write(&report, &opts, out);
	report_release(&report);
	assert_true(buf_ok(out));
	return buf_str(out);
}

static void text_shows_line_and_cure(void **state)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct str text = write_as("text", &out);

	(void)state;
	assert_true(str_has(text, STR("Dockerfile:7:1")));
	assert_true(str_has(text, STR("    7 | USER root\n")));
	assert_true(str_has(text, STR("~~~~~~~~~  USER 10001")));
	assert_true(str_has(text, STR("could not read")));
	assert_true(str_has(text, STR("exit 4")));
	assert_int_equal(str_chr(text, '\033'), STR_NPOS);
}

static void json_is_json(void **state)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct str text = write_as("json", &out);
	json_t *root = json_loadb(text.p, text.n, 0, NULL);

	(void)state;
	assert_non_null(root);
	assert_string_equal(json_string_value(json_object_get(root, "verdict")), "error");
	assert_int_equal(json_array_size(json_object_get(root, "findings")), 2);
	assert_int_equal(json_array_size(json_object_get(root, "not_run")), 1);
	json_decref(root);
}

static void markdown_cannot_be_broken_out_of(void **state)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct str text = write_as("markdown", &out);

	(void)state;
	assert_true(str_starts(text, STR("<!-- plimsoll:1 -->\n")));
	assert_false(str_has(text, STR("a`|")));
	assert_int_equal(str_chr(text, '\033'), STR_NPOS);
	assert_true(str_has(text, STR("not run: no image")));
}

static void check_dockerfile_has_its_shape(void **state)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct str text = write_as("check-dockerfile", &out);
	json_t *root = json_loadb(text.p, text.n, 0, NULL);
	json_t *warnings = json_object_get(json_object_get(root, "warnings"), "warnings");

	(void)state;
	assert_int_equal(json_array_size(warnings), 2);
	assert_string_equal(
	    json_string_value(json_object_get(json_array_get(warnings, 0), "message")),
	    "the last user is root");
	json_decref(root);
}

static void markdown_stays_below_sixty_lines(void **state)
{
	struct report_opts opts = {.max_blocking = 10, .marker = STR("m"), .trailer = STR("t")};
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct report r;
	size_t lines = 0;

	(void)state;
	fill(&r);
	r.policy.note = STR("demonstration");
	for (int i = 0; i < 200; i++) {
		struct finding f = r.findings.p[i % 2];
		struct problem p = {.message = STR("x")};
		struct not_covered n = {.what = STR("y"), .why = STR("z")};

		f.verdict = i % 3 ? VERDICT_WARNS : VERDICT_BLOCKS;
		assert_true(vec_push(&r.findings, &r.arena, f));
		assert_true(vec_push(&r.problems, &r.arena, p));
		assert_true(vec_push(&r.not_covered, &r.arena, n));
	}
	for (int i = 0; i < 3; i++)
		assert_true(vec_push(&r.stages, &r.arena, r.stages.p[0]));
	report_format_find(STR("markdown"))->write(&r, &opts, &out);
	for (size_t i = 0; i < out.n; i++)
		lines += out.p[i] == '\n';
	report_release(&r);
	assert_true(lines <= 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_shows_line_and_cure),
	    cmocka_unit_test(json_is_json),
	    cmocka_unit_test(markdown_cannot_be_broken_out_of),
	    cmocka_unit_test(check_dockerfile_has_its_shape),
	    cmocka_unit_test(markdown_stays_below_sixty_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
