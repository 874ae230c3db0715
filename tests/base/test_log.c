/* What goes to stderr: whole lines, safe text, by level. And the fault points. */
#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"
#include "with_cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Packets keep writes apart: what one read gives is what one write wrote. */
static int stderr_to_pipe(int *ret_saved)
{
	int ends[2];

	if (pipe2(ends, O_DIRECT) != 0)
		fail_msg("pipe2: %d", errno);
	*ret_saved = dup(STDERR_FILENO);
	(void)dup2(ends[1], STDERR_FILENO);
	(void)close(ends[1]);
	return ends[0];
}

static void stderr_back(int saved)
{
	(void)dup2(saved, STDERR_FILENO);
	(void)close(saved);
}

static void test_levels_and_safety(void **state)
{
	char text[256] = "";
	int saved, fd = stderr_to_pipe(&saved);
	ssize_t n, end;

	(void)state;
	log_init("plimsoll", LOG_INFO);
	log_debug("not %s", "this");
	log_info("a%sb", "\x1b[31m\n");
	n = read(fd, text, sizeof text - 1);
	stderr_back(saved);
	end = read(fd, text + 128, 10);
	(void)close(fd);
	assert_true(n > 0);
	assert_int_equal(end, 0);
	text[n] = '\0';
	assert_string_equal(text, "plimsoll: a\\x1b[31m\\x0ab\n");
	assert_int_equal(log_level_now(), LOG_INFO);
}

/* Called only if the level is on. */
static int asked;

static int count_asked(void)
{
	return ++asked;
}

static void test_debug(void **state)
{
	char text[256] = "";
	int saved, fd = stderr_to_pipe(&saved), pid, n = 0;
	long ms = -1, us = -1;

	(void)state;
	log_init("plimsoll", LOG_INFO);
	log_debug("%d", count_asked());
	assert_int_equal(setenv("PLIMSOLL_LOG", "debug", 1), 0);
	assert_true(log_level_from_environment());
	log_debug("reads %d\n", count_asked());
	(void)unsetenv("PLIMSOLL_LOG");
	stderr_back(saved);
	assert_true(read(fd, text, sizeof text - 1) > 0);
	(void)close(fd);
	assert_int_equal(asked, 1);
	assert_int_equal(sscanf(text, "plimsoll[%d] %ld.%3ld ms: %n", &pid, &ms, &us, &n), 3);
	assert_int_equal(pid, getpid());
	assert_in_range(ms, 0, 60000);
	assert_in_range(us, 0, 999);
	assert_string_equal(text + n, "reads 1\\x0a\n");
}

static void test_level_names(void **state)
{
	(void)state;
	log_init("plimsoll", LOG_WARN);
	assert_true(log_level_from_environment());
	assert_int_equal(log_level_now(), LOG_WARN);
	assert_int_equal(setenv("PLIMSOLL_LOG", "", 1), 0);
	assert_true(log_level_from_environment());
	assert_int_equal(setenv("PLIMSOLL_LOG", "loud", 1), 0);
	assert_false(log_level_from_environment());
	assert_int_equal(log_level_now(), LOG_WARN);
	assert_int_equal(setenv("PLIMSOLL_LOG", "error", 1), 0);
	assert_true(log_level_from_environment());
	assert_int_equal(log_level_now(), LOG_ERROR);
	(void)unsetenv("PLIMSOLL_LOG");
}

static void test_long_line(void **state)
{
	static char text[10000], line[12000];
	int saved, fd = stderr_to_pipe(&saved);
	ssize_t n, end;

	(void)state;
	memset(text, '.', sizeof text - 1);
	log_error("%s", text);
	n = read(fd, line, sizeof line);
	stderr_back(saved);
	(void)close(fd);
	assert_in_range(n, 4000, 4096);
	end = n - 4;
	assert_memory_equal(line + end, "...\n", 4);
}

#ifdef PLIMSOLL_FAULTS
static void test_fault_points(void **state)
{
	(void)state;
	(void)unsetenv("PLIMSOLL_FAULT");
	assert_false(fault_here("disk-write"));
	(void)setenv("PLIMSOLL_FAULT", "disk-write", 1);
	errno = 0;
	assert_true(fault_here("disk-write"));
	assert_int_equal(errno, ENOSPC);
	assert_true(fault_here("disk-write"));
	assert_false(fault_here("disk-read"));
	(void)setenv("PLIMSOLL_FAULT", "disk-read:3", 1);
	assert_false(fault_here("disk-read"));
	assert_false(fault_here("disk-write"));
	assert_false(fault_here("disk-read"));
	assert_true(fault_here("disk-read"));
	assert_int_equal(errno, EIO);
	assert_false(fault_here("disk-read"));
	(void)unsetenv("PLIMSOLL_FAULT");
}

static void test_fault_kills(void **state)
{
	int status = 0;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		(void)setenv("PLIMSOLL_FAULT", "kill-point:2:kill", 1);
		if (!fault_here("kill-point"))
			(void)fault_here("kill-point");
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), 9);
}
#else
static void test_fault_points(void **state)
{
	(void)state;
	(void)setenv("PLIMSOLL_FAULT", "disk-write", 1);
	assert_false(fault_here("disk-write"));
}

static void test_fault_kills(void **state)
{
	(void)state;
	(void)setenv("PLIMSOLL_FAULT", "kill-point:kill", 1);
	assert_false(fault_here("kill-point"));
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_levels_and_safety),
	    cmocka_unit_test(test_debug),
	    cmocka_unit_test(test_level_names),
	    cmocka_unit_test(test_long_line),
	    cmocka_unit_test(test_fault_points),
	    cmocka_unit_test(test_fault_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
