#include "base/os/output.h"

#include "base/os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINKS_MAX = 40, READER_TRIES = 150, READER_PAUSE_NS = 20 * 1000 * 1000 };

/* Where a name leads. */
struct goal {
	char path[PATH_MAX]; /* its last part is not a link, and may be missing */
	int descriptor;	     /* -1, or one of this process: there is no path then */
	bool there;
	mode_t mode;
};

static int too_long(void)
{
	errno = ENAMETOOLONG;
	return -1;
}

/* "/proc/PID/fd", of this process or one of its threads. */
static bool is_own_descriptors(const char *folder)
{
	char own[64];

	(void)snprintf(own, sizeof own, "/proc/%d/fd", (int)getpid());
	if (strcmp(folder, own) == 0)
		return true;
	(void)snprintf(own, sizeof own, "/proc/%d/task/", (int)getpid());
	return str_starts(str_of(folder), str_of(own)) && str_ends(str_of(folder), STR("/fd"));
}

/* The folder of path as it really is, and the name in it. */
static int split(const char *path, char *ret_folder, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	*ret_name = slash ? slash + 1 : path;
	if ((*ret_name)[0] == '\0') {
		errno = EISDIR;
		return -1;
	}
	if (!slash)
		return realpath(".", ret_folder) ? 0 : -1;
	if ((size_t)(slash - path) + 2 > sizeof folder)
		return too_long();
	memcpy(folder, path, (size_t)(slash - path) + 1);
	folder[slash - path + 1] = '\0';
	return realpath(folder, ret_folder) ? 0 : -1;
}

/* 1 if the name is a link, whose target is then in goal->path. */
static int follow_one(struct goal *goal)
{
	char folder[PATH_MAX], target[PATH_MAX];
	const char *name;
	struct stat st;
	uint64_t number;
	ssize_t n;
	int length;

	if (split(goal->path, folder, &name) != 0)
		return -1;
	if (is_own_descriptors(folder) && str_to_u64(str_of(name), &number) && number <= INT_MAX) {
		goal->descriptor = (int)number;
		return 0;
	}
	goal->there = lstat(goal->path, &st) == 0;
	if (!goal->there)
		return errno == ENOENT ? 0 : -1;
	goal->mode = st.st_mode;
	if (!S_ISLNK(st.st_mode))
		return 0;
	n = readlink(goal->path, target, sizeof target - 1);
	if (n < 0)
		return -1;
	target[n] = '\0';
	length = target[0] == '/'
		     ? snprintf(goal->path, sizeof goal->path, "%s", target)
		     : snprintf(goal->path, sizeof goal->path, "%s/%s", folder, target);
	return length < 0 || (size_t)length >= sizeof goal->path ? too_long() : 1;
}

/* -1 and errno if the name leads nowhere. */
static int find_goal(const char *path, struct goal *ret)
{
	*ret = (struct goal){.descriptor = -1};
	if (strlen(path) >= sizeof ret->path)
		return too_long();
	memcpy(ret->path, path, strlen(path) + 1);
	for (int i = 0; i < LINKS_MAX; i++) {
		int more = follow_one(ret);

		if (more <= 0)
			return more;
	}
	errno = ELOOP;
	return -1;
}

int path_descriptor(const char *path)
{
	struct goal goal;

	return find_goal(path, &goal) == 0 ? goal.descriptor : -1;
}

/* A FIFO gets a few seconds in which somebody opens it to read. */
static int open_special(const char *path)
{
	static const struct timespec pause = {0, READER_PAUSE_NS};
	int fd;

	for (int i = 0;; i++) {
		fd = open(path, O_WRONLY | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0 || errno != ENXIO || i == READER_TRIES)
			return fd;
		(void)nanosleep(&pause, NULL);
	}
}

static int write_special(
    const char *path, const struct goal *goal, struct str bytes, struct err *err)
{
	int fd CLEANUP_FD = open_special(goal->path);
	struct stat st;

	if (fd < 0 && errno == ENXIO && S_ISFIFO(goal->mode))
		return err_set(err, ERR_IO, "cannot write to %s: nobody reads this FIFO", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "cannot write to %s", path);
	if (S_ISREG(st.st_mode))
		return err_set(err, ERR_IO, "%s changed while it was opened", path);
	if (fcntl(fd, F_SETFL, 0) < 0)
		return err_sys(err, "cannot write to %s", path);
	return fd_write_all(fd, bytes, err) == 0 ? 0 : err_wrap(err, "%s", path);
}

int output_write(const char *path, struct str bytes, unsigned mode, struct err *err)
{
	struct goal goal;

	if (find_goal(path, &goal) != 0)
		return err_sys(err, "cannot create %s", path);
	if (goal.descriptor >= 0)
		return fd_write_all(goal.descriptor, bytes, err) == 0 ? 0
								      : err_wrap(err, "%s", path);
	if (!goal.there || S_ISREG(goal.mode))
		return file_write(goal.path, bytes, mode, err);
	return write_special(path, &goal, bytes, err);
}
