/* Programs run to the end and as coprocesses: output, input, time, descriptors, deaths. */
#include "../faults.h"
#include "../refuse_call.h"
#include "base/clock.h"
#include "base/os/spawn.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct run {
	struct spawn spawn;
	struct spawn_result result;
	struct buf out, errors;
};

static void run_release(struct run *run)
{
	buf_release(&run->out);
	buf_release(&run->errors);
}

/* What `sh -c script` would be, ready to be changed. */
static void run_init(struct run *run, struct fixture *f, const char *script)
{
	const char **argv = arena_array(&f->arena, 4, sizeof *argv);

	argv[0] = "sh";
	argv[1] = "-c";
	argv[2] = script;
	*run = (struct run){.out = BUF_INIT(MIB(8)), .errors = BUF_INIT(KIB(4))};
	run->spawn = (struct spawn){.argv = argv, .out = &run->out, .errors = &run->errors};
}

static int64_t now_ms(void)
{
	return clock_system.mono_ms(&clock_system);
}

static void output_and_status(void **state)
{
	struct fixture *f = *state;
	struct run run CLEANUP(run_release);

	run_init(&run, f, "echo out; echo err >&2; exit 3");
	assert_ok(spawn_run(&run.spawn, &run.result, &f->err), &f->err);
	assert_int_equal(run.result.status, 3);
	assert_int_equal(run.result.signal, 0);
	assert_str(buf_str(&run.out), "out\n");
	assert_str(buf_str(&run.errors), "err\n");
}

static void a_signal_is_a_result(void **state)
{
	struct fixture *f = *state;
	struct run run CLEANUP(run_release);

	run_init(&run, f, "kill -TERM $$");
	assert_ok(spawn_run(&run.spawn, &run.result, &f->err), &f->err);
	assert_int_equal(run.result.status, -1);
	assert_int_equal(run.result.signal, SIGTERM);
}

/* More of it each way than both pipes hold: neither side may wait for the other. */
static void much_input_and_output(void **state)
{
	struct fixture *f = *state;
	struct run run CLEANUP(run_release);
	char *bytes = arena_alloc(&f->arena, MIB(4));

	memset(bytes, 'a', MIB(4));
	run_init(&run, f, "cat; echo done >&2");
	run.spawn.input = str_make(bytes, MIB(4));
	assert_ok(spawn_run(&run.spawn, &run.result, &f->err), &f->err);
	assert_int_equal(run.out.n, MIB(4));
	assert_str(buf_str(&run.errors), "done\n");
	run_release(&run);
	/* A program need not read its input. */
	run_init(&run, f, "exec <&-; echo enough");
	run.spawn.input = str_make(bytes, MIB(4));
	assert_ok(spawn_run(&run.spawn, &run.result, &f->err), &f->err);
	assert_str(buf_str(&run.out), "enough\n");
}

static void too_much_output(void **state)
{
	struct fixture *f = *state;
	struct run run CLEANUP(run_release);

	run_init(&run, f, "yes");
	run.out.max = 1000;
	assert_int_equal(spawn_run(&run.spawn, &run.result, &f->err), -1);
	assert_err(&f->err, ERR_LIMIT, "sh wrote more than 1000 bytes");
	run_release(&run);
	run_init(&run, f, "yes | head -c 100000; echo last >&2");
	run.out.max = 1000;
	run.spawn.truncate_output = true;
	assert_ok(spawn_run(&run.spawn, &run.result, &f->err), &f->err);
	assert_int_equal(run.out.n, 1000);
	assert_str(buf_str(&run.errors), "last\n");
}

static void time_runs_out(void **state)
{
	struct fixture *f = *state;
	struct run run CLEANUP(run_release);
	int64_t begin = now_ms();
	uint64_t pid;

	/* The grandchild is in the group, and ends with it. */
	run_init(&run, f, "sleep 60 & echo $!; wait");
	run.spawn.timeout_ms = 200;
	assert_int_equal(spawn_run(&run.spawn, &run.result, &f->err), -1);
	assert_err(&f->err, ERR_LIMIT, "longer than 200 ms");
	assert_true(run.result.timed_out);
	assert_int_equal(run.result.signal, SIGKILL);
	assert_true(now_ms() - begin < 10000);
	assert_true(str_to_u64(str_trim(buf_str(&run.out)), &pid));
	for (int i = 0; i < 100 && kill((pid_t)pid, 0) == 0; i++)
		(void)usleep(20000);
	assert_int_equal(kill((pid_t)pid, 0), -1);
}

/* Who holds the pipes open is not waited for, once the program has ended. */
static void no_waiting_for_strangers(void **state)
{
	struct fixture *f = *state;
	struct run run CLEANUP(run_release);
	int64_t begin = now_ms();

	run_init(&run, f, "sleep 60 & echo here");
	assert_ok(spawn_run(&run.spawn, &run.result, &f->err), &f->err);
	assert_str(buf_str(&run.out), "here\n");
	assert_true(now_ms() - begin < 10000);
}

static void what_cannot_be_run(void **state)
{
	static const char *const nothing[] = {"no-such-program-here", NULL};
	static const char *const no_file[] = {"/no/such/file", NULL};
	static const char *const nowhere[] = {"true", NULL};
	struct fixture *f = *state;
	struct spawn_result result;

	assert_int_equal(spawn_run(&(struct spawn){.argv = nothing}, &result, &f->err), -1);
	assert_err(&f->err, ERR_IO, "no-such-program-here: it is not in PATH");
	assert_int_equal(f->err.sys, ENOENT);
	assert_int_equal(spawn_run(&(struct spawn){.argv = no_file}, &result, &f->err), -1);
	assert_err(&f->err, ERR_IO, "/no/such/file");
	assert_int_equal(f->err.sys, ENOENT);
	assert_int_equal(
	    spawn_run(&(struct spawn){.argv = nowhere, .cwd = "/no/folder"}, &result, &f->err), -1);
	assert_err(&f->err, ERR_IO, "true in /no/folder");
	assert_true(spawn_has("sh"));
	assert_false(spawn_has("no-such-program-here"));
	assert_false(spawn_has(""));
}

/* In the forked process: 0 if nothing was run and the error says what. */
static int run_refused(struct fixture *f, unsigned call, int error)
{
	static const char *const argv[] = {"true", "other", NULL};
	struct spawn_result result;

	if (refuse_call(call, ANY_ARGUMENT, error) != 0)
		return 2;
	if (spawn_run(&(struct spawn){.argv = argv}, &result, &f->err) == 0)
		return 3;
	return f->err.sys == error && strstr(f->err.text, "true") && !strstr(f->err.text, "other")
		   ? 0
		   : 4;
}

static void what_the_kernel_refuses_is_an_error(void **state)
{
	static const struct {
		const char *what;
		unsigned call;
		int error;
	} rows[] = {
	    {"pipes", SYS_pipe2, EMFILE},
	    {"processes", SYS_clone, EAGAIN},
	    {"programs", SYS_execve, EACCES},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int status = -1;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			_exit(run_refused(*state, rows[i].call, rows[i].error));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status != 0)
			fail_msg("%s refused: status %x", rows[i].what, (unsigned)status);
	}
}

static void a_fault_can_be_injected(void **state)
{
	struct fixture *f = *state;
	struct run run CLEANUP(run_release);

	run_init(&run, f, "true");
	NEED_FAULTS();
	assert_int_equal(setenv("PLIMSOLL_FAULT", "spawn", 1), 0);
	assert_int_equal(spawn_run(&run.spawn, &run.result, &f->err), -1);
	assert_int_equal(unsetenv("PLIMSOLL_FAULT"), 0);
	assert_err(&f->err, ERR_IO, "cannot run sh");
}

static void only_what_is_named_is_inherited(void **state)
{
	static const char *const env[] = {"PATH=/usr/bin:/bin", "ONLY=this", NULL};
	struct fixture *f = *state;
	struct run run CLEANUP(run_release);
	int stray = open("/dev/null", O_RDONLY); /* not close-on-exec, on purpose */

	assert_true(stray >= 0);
	assert_int_equal(setenv("PLIMSOLL_TEST_STRAY", "1", 1), 0);
	run_init(&run, f, "ls /proc/self/fd | wc -l");
	assert_ok(spawn_run(&run.spawn, &run.result, &f->err), &f->err);
	/* ls holds 0, 1, 2 and the folder it reads. */
	assert_str(buf_str(&run.out), "4\n");
	run_release(&run);
	run_init(&run, f, "echo \"$PLIMSOLL_TEST_STRAY|$LANG\"");
	assert_ok(spawn_run(&run.spawn, &run.result, &f->err), &f->err);
	assert_str(buf_str(&run.out), "|C.UTF-8\n");
	run_release(&run);
	run_init(&run, f, "echo $ONLY; pwd");
	run.spawn.env = env;
	run.spawn.cwd = "/usr";
	assert_ok(spawn_run(&run.spawn, &run.result, &f->err), &f->err);
	assert_str(buf_str(&run.out), "this\n/usr\n");
	fd_cleanup(&stray);
}

/* Also if our own 0, 1 and 2 are closed, so that pipes take their numbers. */
static void streams_when_ours_are_closed(void **state)
{
	struct fixture *f = *state;
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct run run CLEANUP(run_release);

		(void)close_range(0, 2, 0);
		run_init(&run, f, "read line; echo \"$line\"; echo err >&2");
		run.spawn.input = STR("in\n");
		if (spawn_run(&run.spawn, &run.result, &f->err) != 0)
			_exit(1);
		_exit(str_eq(buf_str(&run.out), STR("in\n")) &&
			      str_eq(buf_str(&run.errors), STR("err\n"))
			  ? 0
			  : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void output_to_a_descriptor(void **state)
{
	struct fixture *f = *state;
	struct run run CLEANUP(run_release);
	int log CLEANUP_FD = open(below(f, "log"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct str got;

	run_init(&run, f, "echo out; echo err >&2");
	run.spawn.out_fd = log;
	run.spawn.err_fd = log;
	assert_ok(spawn_run(&run.spawn, &run.result, &f->err), &f->err);
	assert_ok(file_read(below(f, "log"), KIB(1), &f->arena, &got, &f->err), &f->err);
	assert_str(got, "out\nerr\n");
	assert_int_equal(run.out.n, 0);
}

/* The signals that we ignore or block are not the program's. */
static void signals_are_as_usual(void **state)
{
	struct fixture *f = *state;
	struct run run CLEANUP(run_release);
	struct sigaction ignore = {.sa_handler = SIG_IGN}, saved;

	assert_int_equal(sigaction(SIGPIPE, &ignore, &saved), 0);
	run_init(&run, f, "grep -E 'Sig(Ign|Blk)' /proc/self/status");
	assert_ok(spawn_run(&run.spawn, &run.result, &f->err), &f->err);
	assert_int_equal(sigaction(SIGPIPE, &saved, NULL), 0);
	assert_str(buf_str(&run.out), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

/* A parent that is killed takes its program along. */
static void it_dies_with_its_parent(void **state)
{
	static const char *const sleeper[] = {"sleep", "60", NULL};
	struct fixture *f = *state;
	int ends[2];
	pid_t pid, program = 0;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct spawned spawned;

		if (spawn_open(&(struct spawn){.argv = sleeper}, &spawned, &f->err) != 0 ||
		    write(ends[1], &spawned.pid, sizeof spawned.pid) < 0)
			_exit(1);
		(void)pause();
		_exit(0);
	}
	/* The orphan becomes ours, to be reaped. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(read(ends[0], &program, sizeof program), sizeof program);
	assert_int_equal(kill(program, 0), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(waitpid(program, NULL, 0), program);
	fd_cleanup(&ends[0]);
	fd_cleanup(&ends[1]);
}

static void a_coprocess_answers(void **state)
{
	static const char *const cat[] = {"cat", NULL};
	struct fixture *f = *state;
	struct spawned spawned;
	struct spawn_result result;
	char p[5];
	size_t n;

	assert_ok(spawn_open(&(struct spawn){.argv = cat}, &spawned, &f->err), &f->err);
	for (int i = 0; i < 3; i++) {
		assert_ok(fd_write_all(spawned.to, STR("hello"), &f->err), &f->err);
		assert_ok(fd_read_full(spawned.from, p, sizeof p, &n, &f->err), &f->err);
		assert_str(str_make(p, n), "hello");
	}
	assert_ok(spawn_close(&spawned, 10000, &result, &f->err), &f->err);
	assert_int_equal(result.status, 0);
	assert_false(result.timed_out);
	assert_int_equal(spawn_close(&spawned, 0, &result, &f->err), -1);
}

static void a_coprocess_that_will_not_end(void **state)
{
	static const char *const sleeper[] = {"sleep", "60", NULL};
	struct fixture *f = *state;
	struct spawned spawned;
	struct spawn_result result;

	assert_ok(spawn_open(&(struct spawn){.argv = sleeper}, &spawned, &f->err), &f->err);
	assert_ok(spawn_close(&spawned, 50, &result, &f->err), &f->err);
	assert_true(result.timed_out);
	assert_int_equal(result.signal, SIGKILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(output_and_status),
	    unit_test_here(a_signal_is_a_result),
	    unit_test_here(much_input_and_output),
	    unit_test_here(too_much_output),
	    unit_test_here(time_runs_out),
	    unit_test_here(no_waiting_for_strangers),
	    unit_test_here(what_cannot_be_run),
	    unit_test_here(what_the_kernel_refuses_is_an_error),
	    unit_test_here(a_fault_can_be_injected),
	    unit_test_here(only_what_is_named_is_inherited),
	    unit_test_here(streams_when_ours_are_closed),
	    unit_test_here(output_to_a_descriptor),
	    unit_test_here(signals_are_as_usual),
	    unit_test_here(it_dies_with_its_parent),
	    unit_test_here(a_coprocess_answers),
	    unit_test_here(a_coprocess_that_will_not_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
