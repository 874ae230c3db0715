/*
 * Who may work: one process at a time on a pull request, and one at a time lands on a
 * target. Files below the state folder; a lock ends with its process, however that ends.
 */
#include "base/hash.h"
#include "base/os/fd.h"
#include "pipeline/pipeline_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

enum { LOCK_NAME_HEX = 32, LOOK_EVERY_MS = 200 };

static int open_lock(struct pipeline *p, struct str key, int *ret_fd, struct err *err)
{
	char hex[SHA256_HEX_SIZE];
	struct str path;
	int fd;

	sha256_hex(key, hex);
	path = arena_fmt(p->arena, "%s/locks/%.*s", p->plan->state_dir, (int)LOCK_NAME_HEX, hex);
	if (!path.p)
		return arena_err(p->arena, err);
	fd = open(path.p, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, "%s", path.p);
	*ret_fd = fd;
	return 0;
}

/* *ret_taken is false if another process has it. */
static int try_lock(int fd, bool *ret_taken, struct err *err)
{
	*ret_taken = flock(fd, LOCK_EX | LOCK_NB) == 0;
	if (!*ret_taken && errno != EWOULDBLOCK && errno != EINTR)
		return err_sys(err, "taking a lock of the state folder");
	return 0;
}

int run_lock_pull(struct pipeline *p, struct err *err)
{
	struct str key = arena_fmt(p->arena, STR_FMT "\n" STR_FMT "\n" STR_FMT,
	    STR_ARG(p->run.repo), STR_ARG(p->pull.source), STR_ARG(p->pull.target));
	int fd CLEANUP_FD = -1;
	bool taken;

	if (p->locks->pull >= 0)
		return 0;
	if (!key.p)
		return arena_err(p->arena, err);
	if (open_lock(p, key, &fd, err) != 0 || try_lock(fd, &taken, err) != 0)
		return -1;
	if (!taken)
		return err_set(err, ERR_IO,
		    "another process works on " STR_FMT " into " STR_FMT "; wait for it to end",
		    STR_ARG(p->pull.source), STR_ARG(p->pull.target));
	p->locks->pull = fd;
	fd = -1;
	return 0;
}

int run_lock_target(struct pipeline *p, struct err *err)
{
	static const struct timespec tick = {.tv_nsec = LOOK_EVERY_MS * 1000000L};
	struct str key = arena_fmt(
	    p->arena, STR_FMT "\n" STR_FMT, STR_ARG(p->run.repo), STR_ARG(p->pull.target));
	int fd CLEANUP_FD = -1;
	bool taken, said = false;

	if (p->locks->target >= 0)
		return 0;
	if (!key.p)
		return arena_err(p->arena, err);
	if (open_lock(p, key, &fd, err) != 0 || try_lock(fd, &taken, err) != 0)
		return -1;
	while (!taken) {
		if (!said)
			say(p, "publish: waiting for another run, which merges into " STR_FMT,
			    STR_ARG(p->pull.target));
		said = true;
		(void)nanosleep(&tick, NULL);
		if (try_lock(fd, &taken, err) != 0)
			return -1;
	}
	p->locks->target = fd;
	fd = -1;
	return 0;
}

void run_unlock(struct run_locks *locks)
{
	fd_cleanup(&locks->target);
	fd_cleanup(&locks->pull);
}
