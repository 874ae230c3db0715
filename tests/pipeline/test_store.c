/* The embedded store: what is saved comes back, one run of a pull request is active at a time. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "base/os/fd.h"
#include "base/os/owned.h"
#include "pipeline/store/store.h"

struct fixture {
	struct arena arena;
	const char *folder;
	struct str path;
	struct run_store *store;
	struct err err;
};

static int set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){.err = ERR_INIT};
	arena_init(&f.arena, MIB(16));
	assert_int_equal(tempdir_open(NULL, &f.arena, &f.folder, &f.err), 0);
	f.path = arena_fmt(&f.arena, "%s/runs.db", f.folder);
	assert_int_equal(run_store_open(f.path.p, &f.store, &f.err), 0);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	run_store_close(f->store);
	assert_int_equal(dir_remove(f->folder, &f->err), 0);
	arena_release(&f->arena);
	return 0;
}

static struct run example(void)
{
	return (struct run){.repo = STR("/srv/app.git"),
	    .source = STR("development"),
	    .target = STR("main"),
	    .source_oid = STR("1111"),
	    .started_ms = 5};
}

static enum store_result active(struct fixture *f, struct run *ret)
{
	return run_store_active(f->store, STR("/srv/app.git"), STR("development"), STR("main"),
	    &f->arena, ret, &f->err);
}

static void a_run_comes_back(void **state)
{
	struct fixture *f = *state;
	struct run run = example(), back;

	assert_int_equal(active(f, &back), STORE_NONE);
	assert_int_equal(run_store_save(f->store, &run, &f->err), 0);
	assert_true(run.id > 0);
	run.step = RUN_BUILT;
	run.image_digest = STR("sha256:00");
	assert_int_equal(run_store_save(f->store, &run, &f->err), 0);
	run_store_close(f->store);
	assert_int_equal(run_store_open(f->path.p, &f->store, &f->err), 0);
	assert_int_equal(active(f, &back), STORE_FOUND);
	assert_int_equal(back.id, run.id);
	assert_int_equal(back.step, RUN_BUILT);
	assert_true(str_eq(back.image_digest, run.image_digest));
	assert_true(str_eq(back.source_oid, run.source_oid));
	assert_int_equal(back.started_ms, 5);
}

static void ended_runs_are_not_active(void **state)
{
	struct fixture *f = *state;
	struct run run = example(), second = example(), back;

	assert_int_equal(run_store_save(f->store, &run, &f->err), 0);
	assert_int_equal(run_store_save(f->store, &second, &f->err), -1);
	run.step = RUN_BLOCKED;
	assert_int_equal(run_store_save(f->store, &run, &f->err), 0);
	assert_int_equal(active(f, &back), STORE_NONE);
	assert_int_equal(run_store_save(f->store, &second, &f->err), 0);
	assert_int_equal(active(f, &back), STORE_FOUND);
	assert_int_equal(back.id, second.id);
}

static void inventories_come_back(void **state)
{
	struct fixture *f = *state;
	struct inventory inventory = {.distro = {.id = STR("debian"), .version_id = STR("12")}},
			 back;
	struct package package = {
	    .type = STR("pypi"), .name = STR("flask-cors"), .version = STR("3.0.8")};

	assert_true(vec_push(&inventory.packages, &f->arena, package));
	assert_int_equal(
	    run_store_put_inventory(f->store, STR("r"), STR("c"), &inventory, &f->err), 0);
	assert_int_equal(
	    run_store_get_inventory(f->store, STR("r"), STR("x"), &f->arena, &back, &f->err),
	    STORE_NONE);
	assert_int_equal(
	    run_store_get_inventory(f->store, STR("r"), STR("c"), &f->arena, &back, &f->err),
	    STORE_FOUND);
	assert_int_equal(back.packages.n, 1);
	assert_true(str_eq(back.packages.p[0].name, package.name));
	assert_true(str_eq(back.distro.version_id, STR("12")));
}

static void a_foreign_file_is_refused(void **state)
{
	struct fixture *f = *state;
	struct str path = arena_fmt(&f->arena, "%s/other.db", f->folder);
	struct run_store *store;

	assert_int_equal(
	    file_write(path.p, STR("this is no database at all, but a text"), 0600, &f->err), 0);
	assert_int_equal(run_store_open(path.p, &store, &f->err), -1);
	assert_true(str_has(str_of(f->err.text), path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_run_comes_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(ended_runs_are_not_active, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(inventories_come_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_foreign_file_is_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
