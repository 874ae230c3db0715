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
    {.origin.path = STR_INIT("Dockerfile"),
	.line = 7,
	.column = 1,
	.end_line = 7,
	.end_column = 10},
    {.origin.path = STR_INIT("a`|<b>\033[31m\n.py"), .line = 12, .column = 8},
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
	struct err err = ERR_INIT;

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

/* A report that has more of everything than a comment shows. */
static size_t lines_of_all(const char *message, struct buf *out)
{
	struct report_opts opts = {
	    .max_blocking = 10, .marker = STR("m"), .trailer = STR("t"), .image = STR("i")};
	struct report r;
	size_t lines = 0;

	fill(&r);
	r.policy.note = STR("demonstration");
	for (int i = 0; i < 200; i++) {
		struct finding f = r.findings.p[i % 2];
		struct problem p = {.message = str_of(message)};
		struct not_covered n = {.what = STR("y"), .why = STR("z")};

		f.verdict = i % 3 ? VERDICT_WARNS : VERDICT_BLOCKS;
		n.verdict = i % 40 ? VERDICT_WARNS : VERDICT_BLOCKS;
		assert_true(vec_push(&r.findings, &r.arena, f));
		assert_true(vec_push(&r.problems, &r.arena, p));
		assert_true(vec_push(&r.not_covered, &r.arena, n));
	}
	for (int i = 0; i < 3; i++)
		assert_true(vec_push(&r.stages, &r.arena, r.stages.p[0]));
	report_sort(&r);
	report_format_find(STR("markdown"))->write(&r, &opts, out);
	for (size_t i = 0; i < out->n; i++)
		lines += out->p[i] == '\n';
	report_release(&r);
	return lines;
}

static void markdown_stays_below_sixty_lines(void **state)
{
	struct buf plain CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));

	(void)state;
	assert_int_equal(lines_of_all("x", &plain), 60);
	assert_true(lines_of_all("x\n1\n```\n<b>\n4\n5\n6\n7\n8\n9\n10\n11", &out) <= 60);
	/* What a program printed is quoted once, and nothing in it ends the quotation. */
	assert_true(str_has(buf_str(&out), STR("\n  ```text\n  1\n  \'\'\'\n  <b>\n  4\n")));
	assert_true(str_has(buf_str(&out), STR("\n  10\n  ```\n- ")));
	assert_false(str_has(buf_str(&out), STR("  11\n")));
}

static void write_one(const char *name, const struct finding *finding, struct buf *out)
{
	struct report_opts opts = {.max_blocking = 10};
	struct report r;

	buf_clear(out);
	report_init(&r, MIB(16), 10);
	assert_true(vec_push(&r.findings, &r.arena, *finding));
	report_format_find(str_of(name))->write(&r, &opts, out);
	assert_true(buf_ok(out));
	report_release(&r);
}

static void the_mark_stands_under_what_is_meant(void **state)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct place at = {.origin.path = STR("D"), .line = 3, .end_line = 3};
	struct finding f = {
	    .verdict = VERDICT_BLOCKS, .message = STR("m"), .places = &at, .n_places = 1};

	(void)state;
	f.source_line = STR("\tRUN \xc3\xa9 sudo\tx");
	at.column = 8;
	at.end_column = 12;
	write_one("text", &f, &out);
	assert_true(str_has(buf_str(&out), STR("    3 |     RUN \xc3\xa9 sudo    x\n"
					       "      |           ~~~~\n")));
	/* A reader that was taken over sends any numbers. */
	at.column = UINT32_MAX;
	at.end_column = UINT32_MAX;
	write_one("text", &f, &out);
	assert_true(out.n < 1000);
}

/* As far as there is room, and only to the byte. */
static void what_a_line_should_be(void **state)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct place at = {.origin.path = STR("D"), .line = 3, .column = 1, .end_line = 3};
	struct finding_edit edits[] = {
	    {.path = STR("D"),
		.line = 3,
		.column = 12,
		.end_line = 3,
		.end_column = 12,
		.text = STR(" -y")},
	    {.path = STR("D"),
		.line = 3,
		.column = 2,
		.end_line = 3,
		.end_column = 5,
		.text = STR("RUN")},
	};
	struct finding_fix cure = {.edits = edits, .n_edits = 2};
	struct finding f = {.verdict = VERDICT_BLOCKS,
	    .message = STR("m"),
	    .places = &at,
	    .n_places = 1,
	    .fix = &cure,
	    .source_line = STR("\trun \xc3\xa9 apt x")};
	static const char block[] = "\n  ```suggestion\n  \tRUN \xc3\xa9 apt x -y\n  ```\n";

	(void)state;
	edits[0].column = edits[0].end_column = 13;
	write_one("markdown", &f, &out);
	assert_true(str_has(buf_str(&out), str_of(block)));
	f.source_line = STR("\trun \xc3\xa9 [secret] x");
	write_one("markdown", &f, &out);
	assert_false(str_has(buf_str(&out), STR("suggestion")));
	f.source_line = STR("\trun ``` x");
	write_one("markdown", &f, &out);
	assert_false(str_has(buf_str(&out), STR("suggestion")));
	f.source_line = STR("\trun \xc3\xa9 apt x");
	edits[1].line = 2;
	write_one("markdown", &f, &out);
	assert_false(str_has(buf_str(&out), STR("suggestion")));
	edits[1].line = 3;
	edits[1].level = EDIT_UNSAFE;
	write_one("markdown", &f, &out);
	assert_false(str_has(buf_str(&out), STR("suggestion")));
	edits[1].level = EDIT_SAFE;
	edits[1].end_column = UINT32_MAX;
	write_one("markdown", &f, &out);
	assert_false(str_has(buf_str(&out), STR("suggestion")));
}

static void text_from_outside_makes_no_link_and_no_mention(void **state)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct finding f = {.verdict = VERDICT_BLOCKS,
	    .message = STR("FROM www.bad.example/x @ops #12 https://bad.example <b> [a](b)")};

	(void)state;
	write_one("markdown", &f, &out);
	assert_true(str_has(buf_str(&out),
	    STR("FROM www&#46;bad.example/x @&#8203;ops \\#&#8203;12 https&#58;//bad.example "
		"&lt;b\\> \\[a\\]\\(b\\)")));
}

/* One of everything that was not judged: what blocks stands first, the rest below. */
static void fill_gaps(struct report *r)
{
	struct not_covered all = {.stage = STAGE_SCAN,
	    .kind = GAP_INVENTORY,
	    .what = STR("alpine 3.19"),
	    .why = STR("no dpkg database is in it"),
	    .verdict = VERDICT_BLOCKS};
	struct not_covered some = {.stage = STAGE_SECRETS,
	    .kind = GAP_LFS_POINTER,
	    .what = STR("a`|\033[31m\n<b>@x.bin"),
	    .why = STR("only its Git LFS pointer is here"),
	    .packages = 2,
	    .verdict = VERDICT_WARNS};

	report_init(r, MIB(16), 1000);
	assert_true(vec_push(&r->not_covered, &r->arena, some));
	assert_true(vec_push(&r->not_covered, &r->arena, all));
	report_sort(r);
	report_conclude(r);
	r->policy.source = STR("p");
}

static void assert_written(const char *name, const struct report *r, const char *whole)
{
	struct report_opts opts = {.max_blocking = 10};
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));

	report_format_find(str_of(name))->write(r, &opts, &out);
	assert_string_equal(buf_cstr(&out), whole);
}

static void many_places_of_one_secret(void **state)
{
	static const char *const paths[] = {"a.py", "a.py", "b\033]0;x\a`.py", "c.py", "d.py"};
	static const uint32_t lines[] = {1, 9, 2, 3, 4};
	struct place at[ARRAY_LEN(paths)] = {0};
	struct finding f = {.rule = STR("k"),
	    .verdict = VERDICT_BLOCKS,
	    .message = STR("m"),
	    .places = at,
	    .n_places = ARRAY_LEN(at),
	    .more_places = 7,
	    .secret = &secret};
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		at[i].origin.path = str_of(paths[i]);
		at[i].line = lines[i];
		at[i].state = i > 2 ? STATE_KNOWN : STATE_NEW;
	}
	at[4].origin.layer = STR("sha256:0");
	write_one("text", &f, &out);
	assert_true(str_has(buf_str(&out),
	    STR("      and 11 more places (1 in layers, 2 known): b\\x1b]0;x\\x07`.py:2, c.py:3 …; "
		"--format json lists them\n")));
	write_one("markdown", &f, &out);
	assert_true(str_has(
	    buf_str(&out), STR("- `a.py:1` and 11 more places (1 in layers, 2 known), such as "
			       "`b\\x1b]0;x\\x07'.py:2`, `c.py:3` **")));
	f.n_places = 2;
	f.more_places = 0;
	write_one("text", &f, &out);
	assert_true(str_has(
	    buf_str(&out), STR("      and 1 more place: a.py:9; --format json lists them\n")));
}

/* "PATH!INNER" wherever a path is printed; the parts stay apart in JSON. */
static void a_path_in_an_archive(void **state)
{
	struct place at[] = {{.origin = {.path = STR("a.jar"), .inner = STR("b\033`.zip!c")}},
	    {.origin = {.path = STR("a.jar"), .inner = STR("d")}},
	    {.origin = {.path = STR("a.jar"),
		 .encoding = STR("base64"),
		 .author = STR("A\033\"<a@example.org>"),
		 .ref = STR("refs/heads/\xff")}}};
	struct finding f = {.rule = STR("k"),
	    .verdict = VERDICT_BLOCKS,
	    .message = STR("m"),
	    .places = at,
	    .n_places = ARRAY_LEN(at),
	    .secret = &secret};
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));

	(void)state;
	write_one("text", &f, &out);
	assert_true(str_has(buf_str(&out), STR("a.jar!b\\x1b`.zip!c  BLOCKS")));
	assert_true(str_has(buf_str(&out), STR("and 2 more places: a.jar!d, a.jar; --format")));
	write_one("markdown", &f, &out);
	assert_true(str_has(buf_str(&out), STR("- `a.jar!b\\x1b'.zip!c` and 2 more places")));
	write_one("json", &f, &out);
	assert_true(str_has(buf_str(&out), STR("\"path\": \"a.jar\"")));
	assert_true(str_has(buf_str(&out), STR("\"inner\": \"b\\u001b`.zip!c\"")));
	assert_true(str_has(buf_str(&out), STR("\"encoding\": \"base64\"")));
	assert_true(str_has(buf_str(&out), STR("\"author\": \"A\\u001b\\\"<a@example.org>\"")));
	assert_true(str_has(buf_str(&out), STR("\"ref\": \"refs/heads/")));
}

static void what_is_not_covered_is_shown(void **state)
{
	struct report r;

	(void)state;
	fill_gaps(&r);
	assert_written("text", &r,
	    "alpine 3.19  BLOCKS   not covered, inventory: no dpkg database is in it\n"
	    "not covered     warns  a`|\\x1b[31m\\x0a<b>@x.bin: only its Git LFS pointer is here (2 "
	    "packages)\n"
	    "\n"
	    "blocked, 2 not covered: 1 block, 0 warn · policy p · exit 1\n");
	assert_written("markdown", &r,
	    "### Plimsoll: blocked\n"
	    "\n"
	    "blocked, 2 not covered: 1 block, 0 warn · policy p · exit 1\n"
	    "\n"
	    "| stage | verdict | block | new | known | time |\n"
	    "|---|---|---|---|---|---|\n"
	    "\n"
	    "**What blocks**\n"
	    "\n"
	    "- `alpine 3.19` not covered, inventory: no dpkg database is in it\n"
	    "\n"
	    "**What could not be judged**\n"
	    "\n"
	    "- `a''\\x1b[31m\\x0a<b>@x.bin` not covered, lfs-pointer: only its Git LFS pointer is here "
	    "\\(2 packages\\)\n");
	report_release(&r);
}

static void many_gaps_are_counted(void **state)
{
	struct report_opts opts = {.max_blocking = 10};
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct report r;

	(void)state;
	fill_gaps(&r);
	for (int i = 0; i < 40; i++)
		assert_true(vec_push(&r.not_covered, &r.arena, r.not_covered.p[i % 2]));
	report_sort(&r);
	report_format_find(STR("text"))->write(&r, &opts, &out);
	assert_true(str_has(buf_str(&out), STR("… and 11 more: the same command with --all")));
	assert_true(str_has(buf_str(&out), STR("not covered     … and 11 more: ")));
	assert_true(str_has(buf_str(&out), STR("blocked, 42 not covered: 21 block")));
	report_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_shows_line_and_cure),
	    cmocka_unit_test(json_is_json),
	    cmocka_unit_test(markdown_cannot_be_broken_out_of),
	    cmocka_unit_test(check_dockerfile_has_its_shape),
	    cmocka_unit_test(markdown_stays_below_sixty_lines),
	    cmocka_unit_test(the_mark_stands_under_what_is_meant),
	    cmocka_unit_test(what_a_line_should_be),
	    cmocka_unit_test(text_from_outside_makes_no_link_and_no_mention),
	    cmocka_unit_test(many_places_of_one_secret),
	    cmocka_unit_test(a_path_in_an_archive),
	    cmocka_unit_test(what_is_not_covered_is_shown),
	    cmocka_unit_test(many_gaps_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
