#include "base/os/fd.h"

#include "base/fault.h"
#include "base/hash.h"
#include "base/os/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

void fd_cleanup(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	errno = saved;
}

int fd_open_read(const char *path, bool nofollow, struct err *err)
{
	int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (nofollow ? O_NOFOLLOW : 0));

	return fd >= 0 ? fd : err_sys(err, "cannot open %s", path);
}

/* ---- whole reads and writes ---- */

long fd_write_some(int fd, struct str bytes)
{
	static const struct timespec no_wait = {0, 0};
	sigset_t sigpipe, saved;
	int error;
	ssize_t n;

	(void)sigemptyset(&sigpipe);
	(void)sigaddset(&sigpipe, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &sigpipe, &saved);
	n = write(fd, bytes.p, bytes.n);
	error = errno;
	if (n < 0 && error == EPIPE && !sigismember(&saved, SIGPIPE))
		(void)sigtimedwait(&sigpipe, NULL, &no_wait);
	(void)pthread_sigmask(SIG_SETMASK, &saved, NULL);
	errno = error;
	return n;
}

int fd_write_all(int fd, struct str bytes, struct err *err)
{
	while (bytes.n > 0) {
		long n = fd_write_some(fd, bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "cannot write");
		bytes = str_sub(bytes, (size_t)n, bytes.n);
	}
	return 0;
}

int fd_read_full(int fd, void *p, size_t n, size_t *ret_n, struct err *err)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = read(fd, (char *)p + done, n - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, "cannot read");
		if (got == 0)
			break;
		done += (size_t)got;
	}
	*ret_n = done;
	return 0;
}

int fd_pread_full(int fd, uint64_t offset, void *p, size_t n, size_t *ret_n, struct err *err)
{
	size_t done = 0;

	if (offset > INT64_MAX - n)
		return err_set(err, ERR_FORMAT, "read at byte %llu", (unsigned long long)offset);
	while (done < n) {
		ssize_t got = pread(fd, (char *)p + done, n - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, "cannot read");
		if (got == 0)
			break;
		done += (size_t)got;
	}
	*ret_n = done;
	return 0;
}

/* Up to the rest of the cap, one byte more to see that nothing is left. */
int fd_read_to_end(int fd, struct buf *out, struct err *err)
{
	enum { STEP = 64 * 1024 };
	char beyond;
	size_t got;

	for (;;) {
		size_t want = MIN_OF((size_t)STEP, out->max - MIN_OF(out->n, out->max));
		char *room;

		if (want == 0)
			break;
		room = buf_room(out, want);
		if (!room)
			return err_nomem(err);
		if (fd_read_full(fd, room, want, &got, err) != 0)
			return -1;
		buf_commit(out, got);
		if (got < want)
			return 0;
	}
	if (fd_read_full(fd, &beyond, 1, &got, err) != 0)
		return -1;
	return got == 0 ? 0 : err_set(err, ERR_LIMIT, "more than %zu bytes", out->max);
}

/* ---- files ---- */

const char *file_kind(unsigned mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "a file";
	case S_IFDIR:
		return "a folder";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	case S_IFLNK:
		return "a link";
	default:
		return "a device";
	}
}

/* A device or FIFO could keep the program waiting for ever; one that the caller of the program
 * opened for it (/dev/stdin, <(command)) is read to its end like the standard input. */
static int check_readable(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "cannot read %s", path);
	if (S_ISREG(st.st_mode))
		return 0;
	if (S_ISDIR(st.st_mode) || path_descriptor(path) < 0)
		return err_set(
		    err, ERR_IO, "%s is %s, and a file is expected", path, file_kind(st.st_mode));
	return fcntl(fd, F_SETFL, 0) < 0 ? err_sys(err, "cannot read %s", path) : 0;
}

int file_open_read(const char *path, struct err *err)
{
	int fd CLEANUP_FD = fd_open_read(path, false, err);
	int opened = fd;

	if (fd < 0 || check_readable(fd, path, err) != 0)
		return -1;
	fd = -1;
	return opened;
}

int file_read(
    const char *path, size_t max_bytes, struct arena *arena, struct str *ret_bytes, struct err *err)
{
	int fd CLEANUP_FD = file_open_read(path, err);
	struct buf b CLEANUP(buf_release) = BUF_INIT(max_bytes);
	struct str bytes;

	if (fd < 0)
		return -1;
	if (fd_read_to_end(fd, &b, err) != 0)
		return err_wrap(err, "%s", path);
	bytes = arena_str(arena, buf_str(&b));
	if (!bytes.p)
		return arena_err(arena, err);
	*ret_bytes = bytes;
	return 0;
}

static int write_and_sync(int fd, struct str bytes, struct err *err)
{
	if (fault_here("file-write"))
		return err_sys(err, "cannot write");
	if (fd_write_all(fd, bytes, err) != 0)
		return -1;
	if (fault_here("file-sync") || fsync(fd) < 0)
		return err_sys(err, "cannot sync");
	return 0;
}

/* So that the rename itself survives a power cut. */
static int sync_parent(const char *path, struct err *err)
{
	char parent[PATH_MAX];
	size_t slash = str_rchr(str_of(path), '/');
	int n = slash == STR_NPOS ? snprintf(parent, sizeof parent, ".")
				  : snprintf(parent, sizeof parent, "%.*s/", (int)slash, path);
	int fd CLEANUP_FD = -1;

	if (n < 0 || (size_t)n >= sizeof parent)
		errno = ENAMETOOLONG;
	else
		fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return err_sys(err, "cannot sync the folder of %s", path);
	return 0;
}

static int temporary_beside(const char *path, char *ret_name, size_t size, struct err *err)
{
	unsigned char random[8];
	char hex[2 * sizeof random + 1];
	int n;

	random_bytes(random, sizeof random);
	hex_write(random, sizeof random, hex);
	n = snprintf(ret_name, size, "%s.%s.tmp", path, hex);
	if (n >= 0 && (size_t)n < size)
		return 0;
	errno = ENAMETOOLONG;
	return err_sys(err, "cannot create %s", path);
}

/* was: NULL, or whose mode and owner it gets. */
static int write_beside(
    const char *path, struct str bytes, unsigned mode, const struct stat *was, struct err *err)
{
	char temporary[PATH_MAX];
	int fd CLEANUP_FD = -1;
	struct stat st;

	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return err_set(
		    err, ERR_IO, "cannot create %s: %s stands there", path, file_kind(st.st_mode));
	if (temporary_beside(path, temporary, sizeof temporary, err) != 0)
		return -1;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return err_sys(err, "cannot create %s", path);
	if (was && (fchown(fd, was->st_uid, was->st_gid) < 0 || fchmod(fd, mode) < 0)) {
		(void)err_sys(err, "cannot keep the owner and mode of %s", path);
		(void)unlink(temporary);
		return -1;
	}
	if (write_and_sync(fd, bytes, err) != 0) {
		(void)unlink(temporary);
		return err_wrap(err, "%s", path);
	}
	if (rename(temporary, path) < 0) {
		(void)err_sys(err, "cannot create %s", path);
		(void)unlink(temporary);
		return -1;
	}
	return sync_parent(path, err);
}

int file_write(const char *path, struct str bytes, unsigned mode, struct err *err)
{
	return write_beside(path, bytes, mode, NULL, err);
}

int file_replace(const char *path, struct str bytes, const struct stat *was, struct err *err)
{
	return write_beside(path, bytes, was->st_mode & 07777, was, err);
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* ---- folders ---- */

int dir_make(const char *path, unsigned mode, struct err *err)
{
	char part[PATH_MAX];
	size_t n = strlen(path);
	struct stat st;

	if (n == 0 || n >= sizeof part) {
		errno = n == 0 ? ENOENT : ENAMETOOLONG;
		return err_sys(err, "cannot create folder %s", path);
	}
	memcpy(part, path, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST)
			return err_sys(err, "cannot create folder %s", part);
		part[i] = path[i];
	}
	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	else if (file_exists(path))
		return 0;
	return err_sys(err, "cannot create folder %s", path);
}
