#include "fixture.h"

#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void expect_error(struct fixture *f, int result, enum err_code code, const char *part)
{
	assert_int_equal(result, -1);
	if (f->err.code != code || !str_has(str_of(f->err.text), str_of(part)))
		fail_msg("%s: %s", err_code_name(f->err.code), f->err.text);
}

static bool wait_for_count(const char *word, bool some, int seconds)
{
	static const struct timespec tick = {.tv_nsec = 50000000};

	for (int i = 0; i < seconds * 20; i++) {
		if ((fixture_count_processes(word) > 0) == some)
			return true;
		(void)nanosleep(&tick, NULL);
	}
	return false;
}

static void test_timeout(void **state)
{
	struct fixture *f = *state;
	struct build_plan plan =
	    fixture_plan(f, fixture_context(f, "FROM plimsoll-test/guest:1\n"
					       "RUN detach 987651; sleep 987651\n"));
	const char *log = fixture_path(f, "timeout.log");
	int log_fd CLEANUP_FD = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	plan.log_fd = log_fd;
	plan.timeout_ms = 8000;
	expect_error(f, build_plan_run(&plan, &f->result, &f->err), ERR_LIMIT, "longer than 8 s");
	assert_non_null(strstr(fixture_read(f, log), "detached"));
	assert_int_equal(fixture_count_processes("987651"), 0);
	assert_false(file_exists(plan.work_dir));
	assert_false(file_exists(plan.output_layout));
}

/* What a RUN leaves running ends with the build. */
static void test_left_behind(void **state)
{
	struct fixture *f = *state;
	struct build_plan plan =
	    fixture_plan(f, fixture_context(f, "FROM plimsoll-test/guest:1\nRUN detach 987652\n"));
	const char *log = fixture_path(f, "left.log");
	int log_fd CLEANUP_FD = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	plan.log_fd = log_fd;
	assert_int_equal(build_plan_run(&plan, &f->result, &f->err), 0);
	assert_int_equal(f->result.outcome, BUILD_OK);
	assert_non_null(strstr(fixture_read(f, log), "detached"));
	assert_int_equal(fixture_count_processes("987652"), 0);
}

static void kill_in_the_middle(
    struct fixture *f, enum build_network network, const char *word, int number)
{
	struct str text = arena_fmt(
	    &f->arena, "FROM plimsoll-test/guest:1\nRUN detach %s; sleep %s\n", word, word);
	struct build_plan plan = fixture_plan(f, fixture_context(f, text.p));
	struct err err = ERR_INIT;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		plan.network = network;
		(void)!build_plan_run(&plan, &f->result, &err);
		_exit(0);
	}
	assert_true(wait_for_count(word, true, 60));
	assert_int_equal(kill(pid, number), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), number);
	assert_true(wait_for_count(word, false, 10));
	assert_true(wait_for_count(plan.work_dir, false, 10));
	/* The next build in the same folder does not mind what the killed one left. */
	assert_int_equal(fixture_build(f, "FROM plimsoll-test/guest:1\n"), 0);
}

static void test_killed(void **state)
{
	kill_in_the_middle(*state, BUILD_NET_NONE, "987653", SIGKILL);
}

static void test_interrupted(void **state)
{
	kill_in_the_middle(*state, BUILD_NET_NONE, "987655", SIGTERM);
}

static void test_killed_egress(void **state)
{
	kill_in_the_middle(*state, BUILD_NET_EGRESS, "987654", SIGKILL);
	assert_true(wait_for_count("--disable-host-loopback", false, 10));
}

static void test_disk(void **state)
{
	struct fixture *f = *state;
	struct build_plan plan =
	    fixture_plan(f, fixture_context(f, "FROM plimsoll-test/guest:1\nRUN fill /big 96\n"));

	plan.limits.disk_bytes = MIB(64);
	if (build_plan_run(&plan, &f->result, &f->err) == 0)
		assert_int_equal(
		    f->result.outcome, BUILD_FAILED); /* one file is too large already */
	else
		expect_error(f, -1, ERR_LIMIT, "64 MiB");
	plan = fixture_plan(
	    f, fixture_context(f, "FROM plimsoll-test/guest:1\nRUN fill /a 40\nRUN fill /b 40\n"));
	plan.limits.disk_bytes = MIB(64);
	expect_error(f, build_plan_run(&plan, &f->result, &f->err), ERR_LIMIT, "64 MiB");
	assert_false(file_exists(plan.output_layout));
}

static void test_processes(void **state)
{
	struct fixture *f = *state;
	struct build_plan plan = fixture_plan(
	    f, fixture_context(f, "FROM plimsoll-test/guest:1\nRUN fork 400; exit 9\n"));
	const char *log = fixture_path(f, "fork.log");
	int log_fd CLEANUP_FD = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	plan.limits.pids = 100;
	plan.log_fd = log_fd;
	assert_int_equal(build_plan_run(&plan, &f->result, &f->err), 0);
	assert_int_equal(f->result.outcome, BUILD_FAILED);
	if (str_has(f->result.isolation, STR("NO LIMIT OF PROCESSES"))) {
		print_message("skipped: no limit of processes can be set here\n");
		skip();
	}
	assert_non_null(strstr(fixture_read(f, log), "started some"));
}

static void test_memory(void **state)
{
	struct fixture *f = *state;
	const char *log = fixture_path(f, "eat.log");
	int log_fd CLEANUP_FD = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct build_plan plan = fixture_plan(
	    f, fixture_context(f, "FROM plimsoll-test/guest:1\nRUN eat 16; eat 512\n"));

	plan.log_fd = log_fd;
	plan.limits.memory_bytes = MIB(256);
	assert_int_equal(build_plan_run(&plan, &f->result, &f->err), 0);
	if (!str_has(f->result.isolation, STR("256 MiB of memory"))) {
		print_message("skipped: no memory limit here: %s\n", f->result.isolation.p);
		skip();
	}
	assert_int_equal(f->result.outcome, BUILD_FAILED);
	assert_non_null(strstr(fixture_read(f, log), "ate 16"));
	assert_null(strstr(fixture_read(f, log), "ate 512"));
}

static void test_log_limit(void **state)
{
	struct fixture *f = *state;
	struct build_plan plan = fixture_plan(
	    f, fixture_context(
		   f, "FROM plimsoll-test/guest:1\nRUN echo a-long-line-of-words; exit 3\n"));
	const char *log = fixture_path(f, "short.log");
	int log_fd CLEANUP_FD = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	plan.log_fd = log_fd;
	plan.limits.log_bytes = 10;
	assert_int_equal(build_plan_run(&plan, &f->result, &f->err), 0);
	assert_true(str_has(f->result.message, STR("exit 3")));
	assert_non_null(strstr(fixture_read(f, log), "the rest is dropped"));
}

/* An ordinary user without a range of ids reads how to get one. */
static void test_no_range(void **state)
{
	struct fixture *f = *state;
	struct build_plan plan =
	    fixture_plan(f, fixture_context(f, "FROM plimsoll-test/guest:1\n"));
	struct err err = ERR_INIT;
	int status;
	pid_t pid;

	if (geteuid() != 0) {
		print_message("skipped: only root becomes another user\n");
		skip();
	}
	plan.bases = NULL; /* its folder is root's alone */
	plan.n_bases = 0;
	plan.context_dir = "/tmp/plimsoll-no-range";
	assert_int_equal(dir_make(plan.context_dir, 0755, &err), 0);
	fixture_write("/tmp/plimsoll-no-range/Dockerfile", "FROM scratch\n");
	plan.output_layout = "/tmp/plimsoll-no-range/out";
	pid = fork();
	if (pid == 0) {
		bool ok = setresgid(54321, 54321, 54321) == 0 &&
			  setresuid(54321, 54321, 54321) == 0 &&
			  build_plan_run(&plan, &f->result, &err) != 0 &&
			  err.code == ERR_UNSUPPORTED && strstr(err.text, "usermod") != NULL;

		_exit(ok ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(dir_remove(plan.context_dir, &err), 0);
	assert_int_equal(status, 0);
}

/* In a mount namespace of its own nobody has a range of ids; then it is nobody, and as
 * plimsoll, may not be dumped. */
static bool become_ordinary(const struct passwd *nobody, const char *ranges)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount(ranges, "/etc/subuid", NULL, MS_BIND, NULL) == 0 &&
	       mount(ranges, "/etc/subgid", NULL, MS_BIND, NULL) == 0 &&
	       setresgid(nobody->pw_gid, nobody->pw_gid, nobody->pw_gid) == 0 &&
	       setresuid(nobody->pw_uid, nobody->pw_uid, nobody->pw_uid) == 0 &&
	       prctl(PR_SET_DUMPABLE, 0) == 0;
}

static void test_ordinary_user(void **state)
{
	struct fixture *f = *state;
	const struct passwd *nobody = getpwnam("nobody");
	const char *dir = "/tmp/plimsoll-ordinary", *ranges = fixture_path(f, "ranges");
	struct build_plan plan = fixture_plan(f, "/tmp/plimsoll-ordinary");
	int status;
	pid_t pid;

	if (geteuid() != 0 || !nobody || access("/etc/subuid", F_OK) ||
	    access("/etc/subgid", F_OK)) {
		print_message("skipped: only root becomes another user with ranges of ids\n");
		skip();
	}
	plan.bases = NULL; /* its folder is root's alone */
	plan.n_bases = 0;
	plan.work_dir = "/tmp/plimsoll-ordinary/work";
	plan.output_layout = "/tmp/plimsoll-ordinary/out";
	assert_int_equal(dir_make(dir, 0700, &f->err), 0);
	fixture_write("/tmp/plimsoll-ordinary/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
	fixture_write(ranges, "nobody:200000:65536\n");
	assert_int_equal(chown(dir, nobody->pw_uid, nobody->pw_gid), 0);
	pid = fork();
	if (pid == 0) {
		bool ok = become_ordinary(nobody, ranges) &&
			  build_plan_run(&plan, &f->result, &f->err) == 0 &&
			  f->result.outcome == BUILD_OK;

		if (!ok)
			(void)fprintf(stderr, "%s\n", f->err.text);
		_exit(ok ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(build_work_remove(plan.work_dir, &f->err), 0);
	assert_int_equal(dir_remove(dir, &f->err), 0);
	assert_int_equal(status, 0);
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
	    cmocka_unit_test(test_timeout),
	    cmocka_unit_test(test_left_behind),
	    cmocka_unit_test(test_killed),
	    cmocka_unit_test(test_killed_egress),
	    cmocka_unit_test(test_interrupted),
	    cmocka_unit_test(test_disk),
	    cmocka_unit_test(test_processes),
	    cmocka_unit_test(test_memory),
	    cmocka_unit_test(test_log_limit),
	    cmocka_unit_test(test_no_range),
	    cmocka_unit_test(test_ordinary_user),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
