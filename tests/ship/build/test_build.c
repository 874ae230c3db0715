#include "../../base/faults.h"
#include "fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect_built(struct fixture *f, int result)
{
	if (result != 0)
		fail_msg("%s", f->err.text);
	if (f->result.outcome != BUILD_OK)
		fail_msg("%s\n%s", f->result.message.p, f->result.tail.p);
}

static void expect_message(struct fixture *f, int result, const char *part)
{
	if (result != 0)
		fail_msg("%s", f->err.text);
	assert_int_equal(f->result.outcome, BUILD_FAILED);
	if (!str_has(f->result.message, str_of(part)))
		fail_msg("%s", f->result.message.p);
}

static void expect_error(struct fixture *f, int result, enum err_code code, const char *part)
{
	assert_int_equal(result, -1);
	if (f->err.code != code || !str_has(str_of(f->err.text), str_of(part)))
		fail_msg("%s: %s", err_code_name(f->err.code), f->err.text);
}

static void test_normal(void **state)
{
	struct fixture *f = *state;
	const struct build_pair labels[] = {{"org.opencontainers.image.revision", "9f3c1d2"}};
	const struct build_pair args[] = {{"WORD", "from-argument"}};
	const char *context = fixture_context(f, "FROM plimsoll-test/guest:1\n"
						 "ARG WORD\n"
						 "COPY witness /copied\n"
						 "RUN write /made $WORD\n"
						 "USER 10001\n");
	struct build_plan plan = fixture_plan(f, context), again;
	struct build_result second;
	const char *config;

	fixture_write(arena_fmt(&f->arena, "%s/witness", context).p, "copied");
	plan.labels = labels;
	plan.n_labels = 1;
	plan.args = args;
	plan.n_args = 1;
	expect_built(f, build_plan_run(&plan, &f->result, &f->err));
	assert_true(digest_is_valid(str_of(f->result.digest)));
	assert_true(
	    str_eq(fixture_image_file(f, plan.output_layout, "made"), STR("from-argument")));
	assert_true(str_eq(fixture_image_file(f, plan.output_layout, "copied"), STR("copied")));
	config = fixture_read(f, arena_fmt(&f->arena, "%s/index.json", plan.output_layout).p);
	assert_non_null(strstr(config, f->result.digest));
	assert_false(file_exists(plan.work_dir));

	/* The same again is the same image. */
	again = plan;
	again.output_layout = fixture_path(f, "again");
	assert_int_equal(build_plan_run(&again, &second, &f->err), 0);
	assert_string_equal(second.digest, f->result.digest);
}

static void test_stages(void **state)
{
	struct fixture *f = *state;
	struct build_plan plan;
	struct build_base bases[2] = {f->base, f->base};

	bases[1].reference = "registry.example:5000/other/guest@sha256:"
			     "1111111111111111111111111111111111111111111111111111111111111111";
	plan = fixture_plan(
	    f, fixture_context(f, "ARG V=1\n"
				  "FROM plimsoll-test/guest:$V AS first\n"
				  "RUN write /one 1\n"
				  "FROM scratch\n"
				  "COPY --from=first /one /two\n"
				  "COPY --from=registry.example:5000/other/guest@sha256:"
				  "1111111111111111111111111111111111111111111111111111111111111111"
				  " /bin/sh /bin/sh\n"
				  "RUN [\"/bin/sh\", \"-c\", \"write /three 3\"]\n"));
	plan.bases = bases;
	plan.n_bases = 2;
	expect_built(f, build_plan_run(&plan, &f->result, &f->err));
	assert_true(str_eq(fixture_image_file(f, plan.output_layout, "two"), STR("1")));
	assert_true(str_eq(fixture_image_file(f, plan.output_layout, "three"), STR("3")));
	assert_int_equal(fixture_image_file(f, plan.output_layout, "one").n, 0);
}

static void test_target(void **state)
{
	struct fixture *f = *state;
	struct build_plan plan = fixture_plan(
	    f, fixture_context(f, "FROM plimsoll-test/guest:1 AS first\nRUN write /one 1\n"
				  "FROM first AS second\nRUN exit 1\n"));

	plan.target = "first";
	expect_built(f, build_plan_run(&plan, &f->result, &f->err));
}

static void test_failing_step(void **state)
{
	struct fixture *f = *state;

	expect_message(f,
	    fixture_build(f, "FROM plimsoll-test/guest:1\n"
			     "RUN echo Error: I am not the error\n"
			     "RUN echo before; echo STEP 9/9: RUN exit 7; exit 7\n"
			     "RUN echo never\n"),
	    "build failed at Dockerfile step");
	assert_true(str_has(f->result.message, STR("exit 7")));
	assert_true(str_has(f->result.message, STR("exit status 7")));
	assert_true(str_has(f->result.tail, STR("before")));
	assert_false(str_has(f->result.tail, STR("never")));
	assert_true(str_starts(f->result.tail, STR("\n")));
	assert_true(str_has(f->result.isolation, STR("own tree")));

	expect_message(f, fixture_build(f, "FROM plimsoll-test/guest:1\nRUN exit 7\n"),
	    "build failed at Dockerfile step 2: RUN exit 7 (");
	expect_message(
	    f, fixture_build(f, "FROM plimsoll-test/guest:1\nCOPY absent /\n"), "COPY absent /");
	expect_message(f, fixture_build(f, "FORM x\n"), "build failed");
}

static void test_missing_base(void **state)
{
	struct fixture *f = *state;

	expect_message(f, fixture_build(f, "FROM registry.example/never/given:2\n"),
	    "the image registry.example/never/given:2 is not among the base images");
	expect_message(f,
	    fixture_build(f, "FROM plimsoll-test/guest:1\n"
			     "COPY --from=never/given:3 /a /b\n"),
	    "never/given:3");
}

static void test_wrong_plan(void **state)
{
	struct fixture *f = *state;
	const char *context = fixture_context(f, "FROM plimsoll-test/guest:1\n");
	struct build_plan good = fixture_plan(f, context), plan;
	struct build_base base = f->base;
	const struct build_pair odd = {"A=B", "c"};

	plan = good;
	plan.dockerfile = "absent/Dockerfile";
	expect_error(
	    f, build_plan_run(&plan, &f->result, &f->err), ERR_NOT_FOUND, "absent/Dockerfile");
	plan.dockerfile = "../Dockerfile";
	expect_error(f, build_plan_run(&plan, &f->result, &f->err), ERR_CONFIG, "inside");
	plan = good;
	plan.context_dir = "/nowhere/at/all";
	expect_error(f, build_plan_run(&plan, &f->result, &f->err), ERR_NOT_FOUND, "/nowhere");
	plan = good;
	plan.args = &odd;
	plan.n_args = 1;
	expect_error(f, build_plan_run(&plan, &f->result, &f->err), ERR_CONFIG, "A=B");
	plan = good;
	plan.bases = &base;
	base.layout = "/nowhere/at/all";
	expect_error(f, build_plan_run(&plan, &f->result, &f->err), ERR_NOT_FOUND, GUEST_REFERENCE);
	base = f->base;
	base.digest = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
	expect_error(f, build_plan_run(&plan, &f->result, &f->err), ERR_FORMAT, "its layout holds");
	plan = good;
	plan.output_layout = f->dir;
	expect_error(f, build_plan_run(&plan, &f->result, &f->err), ERR_IO, "in the way");
}

static void test_damaged_base(void **state)
{
	struct fixture *f = *state;
	struct build_plan plan =
	    fixture_plan(f, fixture_context(f, "FROM plimsoll-test/guest:1\n"));
	struct build_base base = f->base;
	const char *copy = fixture_path(f, "damaged");

	assert_int_equal(dir_make(fixture_path(f, "damaged/blobs/sha256"), 0755, &f->err), 0);
	fixture_write(fixture_path(f, "damaged/index.json"),
	    fixture_read(f, fixture_path(f, "base/index.json")));
	fixture_write(fixture_path(f, "damaged/oci-layout"),
	    fixture_read(f, fixture_path(f, "base/oci-layout")));
	base.layout = copy;
	plan.bases = &base;
	expect_error(f, build_plan_run(&plan, &f->result, &f->err), ERR_FORMAT,
	    "base image " GUEST_REFERENCE);
	assert_false(file_exists(plan.output_layout));
}

static void test_faults(void **state)
{
	struct fixture *f = *state;
	struct build_plan plan = fixture_plan(f, fixture_context(f, "FROM plimsoll-test/guest:1\n"
								    "RUN write /a b\n"));

	NEED_FAULTS();
	assert_int_equal(setenv("PLIMSOLL_FAULT", "build-start", 1), 0);
	expect_error(f, build_plan_run(&plan, &f->result, &f->err), ERR_IO, "starting the build");
	assert_int_equal(setenv("PLIMSOLL_FAULT", "build-oci-write:2", 1), 0);
	expect_error(f, build_plan_run(&plan, &f->result, &f->err), ERR_IO, "blob");
	assert_false(file_exists(plan.output_layout));
	assert_false(file_exists(plan.work_dir));
	assert_int_equal(unsetenv("PLIMSOLL_FAULT"), 0);
	expect_built(f, build_plan_run(&plan, &f->result, &f->err));
}

static int setup(void **state)
{
	static struct fixture fixture;

	fixture_open(&fixture);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_normal),
	    cmocka_unit_test(test_stages),
	    cmocka_unit_test(test_target),
	    cmocka_unit_test(test_failing_step),
	    cmocka_unit_test(test_missing_base),
	    cmocka_unit_test(test_wrong_plan),
	    cmocka_unit_test(test_damaged_base),
	    cmocka_unit_test(test_faults),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
