#include "ship/build/inside.h"

#include "base/clock.h"
#include "base/os/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Deeper than any path of 4096 bytes that people make; one descriptor each. */
enum { DEPTH_MAX = 400, TICK_MS = 250, LOOK_EVERY_MS = 1000 };

static int open_below(int fd, const char *name)
{
	return openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Files come and go meanwhile: what is not there any more counts nothing. */
static int add_usage(int fd, unsigned depth, uint64_t max_bytes, uint64_t *bytes, struct err *err)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	int result = 0;

	if (!dir) {
		(void)close(fd);
		return err_sys(err, "reading a folder of the build");
	}
	while (result == 0 && *bytes <= max_bytes && (entry = readdir(dir)) != NULL) {
		struct stat st;
		int below;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		*bytes += (uint64_t)st.st_blocks * 512;
		if (!S_ISDIR(st.st_mode))
			continue;
		if (depth == 0)
			result = err_set(
			    err, ERR_LIMIT, "the build made folders more than %d deep", DEPTH_MAX);
		else if ((below = open_below(dirfd(dir), entry->d_name)) >= 0)
			result = add_usage(below, depth - 1, max_bytes, bytes, err);
	}
	(void)closedir(dir);
	return result;
}

int inside_usage(const char *folder, uint64_t max_bytes, uint64_t *ret_bytes, struct err *err)
{
	uint64_t bytes = 0;
	int fd = open_below(AT_FDCWD, folder);

	if (fd < 0)
		return err_sys(err, "opening %s of the build", folder);
	if (add_usage(fd, DEPTH_MAX, max_bytes, &bytes, err) != 0)
		return -1;
	*ret_bytes = bytes;
	return 0;
}

static int check_disk(const struct inside *in, struct err *err)
{
	uint64_t sum = 0, bytes;

	for (const char *const *folder = in->folders; *folder; folder++) {
		if (inside_usage(*folder, in->max_bytes, &bytes, err) != 0)
			return -1;
		sum += bytes;
	}
	if (sum > in->max_bytes)
		return err_set(err, ERR_LIMIT, "the build needs more than %llu MiB of disk",
		    (unsigned long long)(in->max_bytes >> 20));
	return 0;
}

static void child_exec(const struct inside *in, const char *const *argv, const char *capture)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (capture) {
		int fd = open(capture, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

		if (fd < 0 || dup2(fd, 1) < 0)
			_exit(126);
	}
	(void)execve(argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)in->env);
	_exit(127);
}

/* Everything that has ended, also what nobody else waits for. True if `pid` is among it. */
static bool reap(pid_t pid, int *ret_status)
{
	bool found = false;
	int status;
	pid_t ended;

	while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
		if (ended != pid)
			continue;
		found = true;
		*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return found;
}

static int wait_and_look(const struct inside *in, pid_t pid, int *ret_status, struct err *err)
{
	static const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
	int64_t look_at = clock_system.mono_ms(&clock_system) + LOOK_EVERY_MS;
	sigset_t child_signal;

	(void)sigemptyset(&child_signal);
	(void)sigaddset(&child_signal, SIGCHLD);
	while (!reap(pid, ret_status)) {
		int64_t before;

		(void)sigtimedwait(&child_signal, NULL, &tick);
		before = clock_system.mono_ms(&clock_system);
		if (before < look_at)
			continue;
		if (check_disk(in, err) != 0)
			return -1;
		/* A tenth of the time, at most, goes into looking. */
		look_at = clock_system.mono_ms(&clock_system);
		look_at += MAX_OF((int64_t)LOOK_EVERY_MS, 10 * (look_at - before));
	}
	return 0;
}

int inside_run(const struct inside *in, const char *const *argv, const char *capture,
    int *ret_status, struct err *err)
{
	sigset_t child_signal;
	pid_t pid;

	(void)sigemptyset(&child_signal);
	(void)sigaddset(&child_signal, SIGCHLD);
	(void)signal(SIGCHLD, SIG_DFL);
	if (sigprocmask(SIG_BLOCK, &child_signal, NULL) != 0)
		return err_sys(err, "blocking a signal");
	pid = fork();
	if (pid < 0)
		return err_sys(err, "starting %s", argv[0]);
	if (pid == 0)
		child_exec(in, argv, capture);
	if (wait_and_look(in, pid, ret_status, err) != 0)
		return -1;
	return check_disk(in, err);
}
