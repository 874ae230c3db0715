/* What a process must not leave behind: ended by a signal, killed, or beside somebody else's. */
#include "base/os/owned.h"
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PREFIX "plimsoll-"

static unsigned count(const struct fixture *f)
{
	unsigned n = 0;
	DIR *dir = opendir(f->folder);
	const struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		n += entry->d_name[0] != '.';
	(void)closedir(dir);
	return n;
}

/* A process that owns a folder with something in it, a grandchild that writes on into it, and that
 * waits to be ended. */
static pid_t start_owner(struct fixture *f, bool ignores)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		const char *path = NULL;
		char name[512];

		for (int i = SIGHUP; i <= SIGTERM; i++)
			(void)signal(i, SIG_DFL);
		if (ignores)
			(void)signal(SIGINT, SIG_IGN);
		if (tempdir_open(f->folder, &f->arena, &path, &f->err) != 0)
			_exit(1);
		(void)snprintf(name, sizeof name, "%s/a", path);
		if (mkdir(name, 0700) != 0)
			_exit(1);
		(void)snprintf(name, sizeof name, "%s/a/b", path);
		(void)close(open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
		if (fork() == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
			for (;;)
				(void)close(open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
		}
		(void)!write(ready[1], "r", 1);
		for (;;)
			(void)pause();
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

static int wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void a_signal_cleans_up_and_ends(void **state)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		pid_t pid = start_owner(f, false);
		int status;

		assert_int_equal(count(f), 1);
		assert_int_equal(kill(pid, numbers[i]), 0);
		status = wait_for(pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), numbers[i]);
		assert_int_equal(count(f), 0);
	}
}

static void an_ignored_signal_stays_ignored(void **state)
{
	struct fixture *f = *state;
	pid_t pid = start_owner(f, true);

	assert_int_equal(kill(pid, SIGINT), 0);
	(void)usleep(100000);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	assert_int_equal(count(f), 1);
	assert_int_equal(kill(pid, SIGTERM), 0);
	(void)wait_for(pid);
	assert_int_equal(count(f), 0);
}

static void the_living_keep_theirs_and_the_dead_do_not(void **state)
{
	struct fixture *f = *state;
	pid_t dead = start_owner(f, false), living = start_owner(f, false);

	owned_sweep(f->folder, PREFIX, OWNED_FOLDER);
	assert_int_equal(count(f), 2);
	assert_int_equal(kill(dead, SIGKILL), 0);
	(void)wait_for(dead);
	/* Its own child dies a moment later, and holds the folder until then. */
	for (int tries = 0; tries < 500 && count(f) > 1; tries++) {
		(void)usleep(10000);
		owned_sweep(f->folder, PREFIX, OWNED_FOLDER);
	}
	assert_int_equal(count(f), 1);
	assert_int_equal(kill(living, SIGTERM), 0);
	(void)wait_for(living);
	assert_int_equal(count(f), 0);
}

static void nothing_else_is_swept(void **state)
{
	static const char *const names[] = {"plimsoll-backup", "plimsoll-0123456789abcdeF",
	    "plimsoll-0123456789abcdef0", "other-0123456789abcdef"};
	struct fixture *f = *state;
	const char *mode = below(f, "plimsoll-0000000000000001");
	const char *link = below(f, "plimsoll-0000000000000002");
	const char *file = below(f, "plimsoll-0000000000000003");
	const char *user = below(f, "plimsoll-0000000000000004");
	const char *left = below(f, "plimsoll-0000000000000005");
	unsigned n = 3;

	for (size_t i = 0; i < ARRAY_LEN(names); i++, n++)
		assert_int_equal(mkdir(below(f, names[i]), 0700), 0);
	assert_int_equal(mkdir(mode, 0755), 0);
	assert_int_equal(symlink(names[0], link), 0);
	(void)close(open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0700));
	if (geteuid() == 0) {
		assert_int_equal(mkdir(user, 0700), 0);
		assert_int_equal(chown(user, 12345, 12345), 0);
		n++;
	}
	assert_int_equal(mkdir(left, 0700), 0);
	assert_int_equal(symlink("/etc", arena_fmt(&f->arena, "%s/link", left).p), 0);
	owned_sweep(f->folder, PREFIX, OWNED_FOLDER);
	assert_int_equal(count(f), n);
	assert_int_equal(access(left, F_OK), -1);
	assert_int_equal(access("/etc/passwd", F_OK), 0);
}

/* A group is removed when it is empty, and not otherwise. */
static void groups_are_only_removed_empty(void **state)
{
	struct fixture *f = *state;
	const char *empty = below(f, "plimsoll-0000000000000001");
	const char *full = below(f, "plimsoll-0000000000000002");

	assert_int_equal(mkdir(empty, 0700), 0);
	assert_int_equal(mkdir(full, 0700), 0);
	assert_int_equal(mkdir(arena_fmt(&f->arena, "%s/a", full).p, 0700), 0);
	owned_sweep(f->folder, PREFIX, OWNED_GROUP);
	assert_int_equal(access(empty, F_OK), -1);
	assert_int_equal(access(full, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(a_signal_cleans_up_and_ends),
	    unit_test_here(an_ignored_signal_stays_ignored),
	    unit_test_here(the_living_keep_theirs_and_the_dead_do_not),
	    unit_test_here(nothing_else_is_swept),
	    unit_test_here(groups_are_only_removed_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
