/* What a build knows of a commit before it begins, as it comes back from the child that read it. */
#include "../core/unit.h"
#include "base/buf.h"
#include "engine/scan_project.h"

struct world {
	struct arena arena;
	struct report report;
	struct policy policy;
	struct scan scan;
	struct err err;
};

static int world_open(void **state)
{
	static struct world w;

	w = (struct world){.err = ERR_INIT};
	arena_init(&w.arena, MIB(16));
	report_init(&w.report, MIB(16), 100);
	assert_int_equal(policy_starter(&w.arena, &w.policy, &w.err), 0);
	w.scan = (struct scan){.report = &w.report,
	    .policy = &w.policy,
	    .clock = &clock_system,
	    .limits = &limits_default};
	*state = &w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;

	report_release(&w->report);
	arena_release(&w->arena);
	return 0;
}

static bool project(struct world *w, const char *text, struct project *ret)
{
	bool ok = false;

	if (scan_project(&w->scan, str_of(text), &ok, ret, &w->err) != 0)
		fail_msg("%s", w->err.text);
	return ok;
}

/* One problem of the build, and no word of it anywhere else. */
static void assert_problem(struct world *w, enum err_code code, const char *says)
{
	const struct problem *problem = w->report.problems.p;

	assert_int_equal(w->report.problems.n, 1);
	assert_int_equal(problem->stage, STAGE_BUILD);
	if (problem->code != code || !str_has(problem->message, str_of(says)))
		fail_msg("%s \"" STR_FMT "\" is not %s \"%s\"", err_code_name(problem->code),
		    STR_ARG(problem->message), err_code_name(code), says);
	assert_int_equal(w->report.findings.n, 0);
}

static void all_of_it_comes_back(void **state)
{
	struct world *w = *state;
	struct project p;

	assert_true(project(w,
	    "plimsoll: 1\n"
	    "images: [{name: shop, context: ./a/, file: b/D, target: last, args: {Z: 1, A: ''}}]\n",
	    &p));
	assert_true(p.has_image);
	assert_str(p.name, "shop");
	assert_str(p.context, "a");
	assert_str(p.file, "b/D");
	assert_str(p.target, "last");
	assert_int_equal(p.n_args, 2);
	assert_str(p.args[0].name, "Z");
	assert_str(p.args[0].value, "1");
	assert_str(p.args[1].name, "A");
	assert_str(p.args[1].value, "");
	assert_int_equal(w->report.problems.n, 0);
}

/* An image whose Dockerfile is missing is a mistake, a repository without images is not. */
static void whether_there_is_an_image(void **state)
{
	struct world *w = *state;
	struct project p;

	assert_true(project(w, "plimsoll: 1\nimages: [{}]\n", &p));
	assert_true(p.has_image);
	assert_str(p.file, "Dockerfile");
	assert_true(project(w, "plimsoll: 1\nimages: []\n", &p));
	assert_false(p.has_image);
	assert_true(project(w, "plimsoll: 1\n", &p));
	assert_false(p.has_image);
}

static void what_is_wrong_is_a_problem(void **state)
{
	struct world *w = *state;
	struct project p;

	assert_false(project(w, "plimsoll: 1\nimages: [{context: ../other}]\n", &p));
	assert_problem(w, ERR_CONFIG, ".plimsoll.yaml: context: a folder inside");
}

static void what_cannot_be_built_is_a_problem(void **state)
{
	struct world *w = *state;
	struct project p;

	assert_false(project(w, "plimsoll: 1\nimages: [{platforms: [linux/arm64]}]\n", &p));
	assert_problem(w, ERR_UNSUPPORTED,
	    ".plimsoll.yaml:2:11: `platforms: linux/arm64` cannot be built yet");
}

static bool bases(
    struct world *w, const struct project *p, const char *dockerfile, struct project_bases *ret)
{
	struct project_build build = {.project = p,
	    .path = STR("sub/Dockerfile"),
	    .dockerfile = str_of(dockerfile),
	    .builder = {1, 28},
	    .own_registry = STR("own.example:5000")};
	bool ok = false;

	w->err = ERR_INIT;
	if (scan_bases(&w->scan, &build, &ok, ret, &w->err) != 0)
		fail_msg("%s", w->err.text);
	return ok;
}

static void assert_bases(const struct project_bases *got, const char *wanted, const char *shipped)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(KIB(4));

	for (size_t i = 0; i < got->references.n; i++) {
		buf_add(&out, got->references.p[i]);
		buf_addc(&out, ' ');
	}
	assert_str(buf_str(&out), wanted);
	assert_str(got->shipped, shipped);
}

static const char stages[] = "ARG V=1\n"
			     "FROM golang:$V AS build\n"
			     "RUN --mount=from=cache.example/c:1,target=/c make\n"
			     "FROM build AS test\n"
			     "FROM debian:12 AS last\n"
			     "COPY --from=build /a /a\n"
			     "COPY --from=tools.example/t:2 /t /t\n"
			     "COPY --from=golang:1 /g /g\n"
			     "FROM scratch AS after\n"
			     "FROM never.example/n:3\n";

static void bases_of_the_stages_that_are_built(void **state)
{
	struct world *w = *state;
	struct project p = project_default();
	struct project_bases got;

	p.target = STR("last");
	assert_true(bases(w, &p, stages, &got));
	assert_bases(&got, "golang:1 debian:12 cache.example/c:1 tools.example/t:2 ", "debian:12");
	p.target = STR("test");
	assert_true(bases(w, &p, stages, &got));
	assert_bases(&got, "golang:1 cache.example/c:1 ", "golang:1");
	p.target = STR("after");
	assert_true(bases(w, &p, stages, &got));
	assert_str(got.shipped, "");
	p.target = STR_NONE;
	assert_true(bases(w, &p, stages, &got));
	assert_str(got.shipped, "never.example/n:3");
	assert_int_equal(w->report.problems.n, 0);
}

static void what_this_builder_reads_otherwise_is_refused(void **state)
{
	struct world *w = *state;
	struct project p = project_default();
	struct project_bases got;

	p.target = STR("LAST");
	assert_false(bases(w, &p, stages, &got));
	assert_problem(w, ERR_UNSUPPORTED,
	    "sub/Dockerfile:5: the target's name in other letters is read in another way by the "
	    "builder here (buildah 1.28), so the image would not be what the file says");
}

static void arguments_of_the_project_count(void **state)
{
	struct world *w = *state;
	struct project_arg arg = {STR("V"), STR("1.23")};
	struct project p = project_default();
	struct project_bases got;

	p.args = &arg;
	p.n_args = 1;
	assert_true(bases(w, &p, "ARG V\nFROM golang:$V\n", &got));
	assert_bases(&got, "golang:1.23 ", "golang:1.23");
}

static void an_image_that_only_the_build_knows(void **state)
{
	struct world *w = *state;
	struct project p = project_default();
	struct project_bases got;

	assert_false(bases(w, &p, "ARG BASE\nFROM $BASE\n", &got));
	assert_problem(
	    w, ERR_UNSUPPORTED, "sub/Dockerfile:2: which image $BASE is cannot be known");
	assert_str(w->report.problems.p[0].place.origin.path, "sub/Dockerfile");
}

static void a_target_that_is_no_stage(void **state)
{
	struct world *w = *state;
	struct project p = project_default();
	struct project_bases got;

	p.target = STR("nowhere");
	assert_false(bases(w, &p, stages, &got));
	assert_problem(w, ERR_CONFIG, "target: sub/Dockerfile has no stage nowhere");
}

#define engine_test(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    engine_test(all_of_it_comes_back),
	    engine_test(whether_there_is_an_image),
	    engine_test(what_is_wrong_is_a_problem),
	    engine_test(what_cannot_be_built_is_a_problem),
	    engine_test(bases_of_the_stages_that_are_built),
	    engine_test(what_this_builder_reads_otherwise_is_refused),
	    engine_test(arguments_of_the_project_count),
	    engine_test(an_image_that_only_the_build_knows),
	    engine_test(a_target_that_is_no_stage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
