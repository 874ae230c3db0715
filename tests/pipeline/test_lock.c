/* Who may work on what at the same time: locks of one state folder, as several processes take them.
 */
#include "../base/os/unit.h"
#include "pipeline/pipeline_inner.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct other {
	struct pipeline p;
	struct pipeline_plan plan;
	struct run_locks locks;
	char line[200]; /* the last one of progress */
};

static void keep_line(void *arg, const char *line)
{
	struct other *o = arg;

	(void)snprintf(o->line, sizeof o->line, "%s", line);
}

static void set(
    struct other *o, struct fixture *f, const char *repo, const char *source, const char *target)
{
	*o = (struct other){.locks = {-1, -1}};
	o->plan = (struct pipeline_plan){
	    .state_dir = f->folder, .progress = keep_line, .progress_arg = o};
	o->p.plan = &o->plan;
	o->p.arena = &f->arena;
	o->p.locks = &o->locks;
	o->p.run.repo = str_of(repo);
	o->p.pull.source = str_of(source);
	o->p.pull.target = str_of(target);
}

static int lock_set_up(void **state)
{
	struct fixture *f;

	if (set_up(state) != 0)
		return -1;
	f = *state;
	return dir_make(below(f, "locks"), 0700, &f->err);
}

static void one_process_works_on_a_pull_request(void **state)
{
	static const struct {
		const char *repo, *source, *target;
		bool free;
	} rows[] = {
	    {"/r", "fix", "main", false},
	    {"/r", "fix", "other", true},
	    {"/r", "fix2", "main", true},
	    {"/r2", "fix", "main", true},
	    {"/r\nfix", "main", "", true},
	    {"/r", "fix\nmain", "", true},
	};
	struct fixture *f = *state;
	struct other first;

	set(&first, f, "/r", "fix", "main");
	assert_ok(run_lock_pull(&first.p, &f->err), &f->err);
	assert_true(first.locks.pull >= 0);
	assert_int_equal(first.locks.target, -1);
	/* Its own is had once more. */
	assert_ok(run_lock_pull(&first.p, &f->err), &f->err);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct other second;

		set(&second, f, rows[i].repo, rows[i].source, rows[i].target);
		if ((run_lock_pull(&second.p, &f->err) == 0) != rows[i].free)
			fail_msg("%s into %s of %s", rows[i].source, rows[i].target, rows[i].repo);
		if (!rows[i].free) {
			assert_int_equal(second.locks.pull, -1);
			assert_int_equal(f->err.code, ERR_IO);
			assert_non_null(
			    strstr(f->err.text, "another process works on fix into main"));
		}
		run_unlock(&second.locks);
	}
	run_unlock(&first.locks);
	assert_int_equal(first.locks.pull, -1);
	set(&first, f, "/r", "fix", "main");
	assert_ok(run_lock_pull(&first.p, &f->err), &f->err);
	run_unlock(&first.locks);
}

static void targets_of_their_own_do_not_wait(void **state)
{
	struct fixture *f = *state;
	struct other first, second, third, pull;

	set(&first, f, "/r", "fix", "main");
	set(&second, f, "/r", "fix", "release");
	set(&third, f, "/r2", "fix", "main");
	set(&pull, f, "/r", "fix", "main");
	assert_ok(run_lock_target(&first.p, &f->err), &f->err);
	assert_ok(run_lock_target(&first.p, &f->err), &f->err);
	assert_ok(run_lock_target(&second.p, &f->err), &f->err);
	assert_ok(run_lock_target(&third.p, &f->err), &f->err);
	assert_ok(run_lock_pull(&pull.p, &f->err), &f->err);
	assert_string_equal(first.line, "");
	assert_string_equal(second.line, "");
	run_unlock(&first.locks);
	run_unlock(&second.locks);
	run_unlock(&third.locks);
	run_unlock(&pull.locks);
}

/* A lock ends with its process: who waits for it says so, and has it then. */
static void a_target_is_waited_for(void **state)
{
	static const struct timespec a_while = {.tv_nsec = 700 * 1000000L};
	struct fixture *f = *state;
	struct other here, there;
	int ends[2], status;
	struct timespec before, after;
	char byte = 0;
	pid_t pid;

	set(&here, f, "/r", "one", "main");
	set(&there, f, "/r", "two", "main");
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (run_lock_target(&there.p, &f->err) != 0 || write(ends[1], "x", 1) != 1)
			_exit(1);
		(void)nanosleep(&a_while, NULL);
		_exit(0);
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	(void)clock_gettime(CLOCK_MONOTONIC, &before);
	assert_ok(run_lock_target(&here.p, &f->err), &f->err);
	(void)clock_gettime(CLOCK_MONOTONIC, &after);
	assert_string_equal(here.line, "publish: waiting for another run, which merges into main");
	assert_true(
	    (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >=
	    300);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	run_unlock(&here.locks);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void a_folder_that_cannot_be_written_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct other o;

	assert_int_equal(dir_remove(below(f, "locks"), &f->err), 0);
	set(&o, f, "/r", "one", "main");
	assert_int_equal(run_lock_pull(&o.p, &f->err), -1);
	assert_int_equal(f->err.code, ERR_IO);
	assert_int_equal(run_lock_target(&o.p, &f->err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		one_process_works_on_a_pull_request, lock_set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		targets_of_their_own_do_not_wait, lock_set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_target_is_waited_for, lock_set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_folder_that_cannot_be_written_is_an_error, lock_set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
