#include "base/os/remove.h"

#include "base/os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- removal ----
 *
 * Two descriptors however deep the tree is, and no "..", which a hostile rename could
 * turn elsewhere: a folder below a folder of the top is moved up to the top, and its
 * turn comes in the next pass.
 */

/* As the kernel has it: getdents64(2). */
struct raw_entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

struct removal {
	int top;
	dev_t device; /* other file systems mounted below are not entered */
	uint64_t moved;
};

/* A folder that its owner shut for himself is opened up again. */
static int open_folder(int parent, const char *name)
{
	enum { FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
	int fd = openat(parent, name, FLAGS);
	int shut CLEANUP_FD = -1;
	char by_fd[64];

	if (fd < 0 && errno == EACCES) {
		shut = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (shut < 0)
			return -1;
		(void)snprintf(by_fd, sizeof by_fd, "/proc/self/fd/%d", shut);
		if (chmod(by_fd, S_IRWXU) < 0)
			return -1;
		fd = openat(parent, name, FLAGS);
	}
	if (fd >= 0)
		(void)fchmod(fd, S_IRWXU);
	return fd;
}

/* Into the top, under a name that is free there. */
static int move_up(struct removal *r, int from, const char *name)
{
	bool opened = false;
	char moved[64];

	for (;;) {
		(void)snprintf(
		    moved, sizeof moved, ".removed-%llu", (unsigned long long)r->moved++);
		if (renameat(from, name, r->top, moved) == 0)
			return 0;
		if (errno == EACCES && !opened) {
			/* A folder must be writable to change its parent. */
			int fd = open_folder(from, name);

			fd_cleanup(&fd);
			opened = true;
		} else if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR) {
			return -1;
		}
	}
}

void dir_entries_init(struct dir_entries *d, int fd)
{
	d->fd = fd;
	d->n = d->at = 0;
	d->error = lseek(fd, 0, SEEK_SET) < 0 ? errno : 0;
}

const char *dir_next(struct dir_entries *d)
{
	while (d->error == 0) {
		struct raw_entry entry;
		const char *name;

		if (d->at == d->n) {
			long n = syscall(SYS_getdents64, d->fd, d->bytes, sizeof d->bytes);

			if (n <= 0) {
				d->error = n < 0 ? errno : 0;
				return NULL;
			}
			d->n = (size_t)n;
			d->at = 0;
		}
		memcpy(&entry, d->bytes + d->at, sizeof entry);
		name = d->bytes + d->at + offsetof(struct raw_entry, name);
		d->at += entry.size;
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
			return name;
	}
	return NULL;
}

/* 0 if it is gone, 1 if it is a folder with something in it. */
static int remove_entry(int parent, const char *name)
{
	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return errno == ENOTEMPTY || errno == EEXIST ? 1 : -1;
}

static int empty_folder(struct removal *r, int fd)
{
	struct dir_entries entries;
	const char *entry;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (st.st_dev != r->device) {
		errno = EXDEV;
		return -1;
	}
	dir_entries_init(&entries, fd);
	while ((entry = dir_next(&entries)) != NULL) {
		int kind = remove_entry(fd, entry);

		if (kind < 0 || (kind > 0 && move_up(r, fd, entry) < 0))
			return -1;
	}
	errno = entries.error;
	return errno == 0 ? 0 : -1;
}

/* Empties the folder `name` of the top, and removes it. */
static int remove_folder(struct removal *r, const char *name)
{
	int fd CLEANUP_FD = open_folder(r->top, name);

	if (fd < 0 || empty_folder(r, fd) < 0)
		return -1;
	if (unlinkat(r->top, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	/* Something was added meanwhile: the next pass sees it. */
	return errno == ENOTEMPTY || errno == EEXIST ? 0 : -1;
}

/* One walk over the top; *ret_n: entries seen. */
static int remove_pass(struct removal *r, size_t *ret_n)
{
	struct dir_entries entries;
	const char *entry;

	*ret_n = 0;
	dir_entries_init(&entries, r->top);
	while ((entry = dir_next(&entries)) != NULL) {
		int kind = remove_entry(r->top, entry);

		(*ret_n)++;
		if (kind < 0 || (kind > 0 && remove_folder(r, entry) < 0))
			return -1;
	}
	errno = entries.error;
	return errno == 0 ? 0 : -1;
}

int dir_empty(int fd)
{
	struct removal r = {.top = fd};
	struct stat st;
	size_t n = 1;

	if (fstat(fd, &st) < 0)
		return -1;
	r.device = st.st_dev;
	while (n > 0) {
		if (remove_pass(&r, &n) < 0)
			return -1;
	}
	return 0;
}

int dir_remove(const char *path, struct err *err)
{
	int fd CLEANUP_FD = open_folder(AT_FDCWD, path);

	if (fd < 0) {
		/* Not a folder: a file or a link is removed itself. */
		if (errno == ENOENT || ((errno == ENOTDIR || errno == ELOOP) && unlink(path) == 0))
			return 0;
		return err_sys(err, "cannot remove %s", path);
	}
	if (dir_empty(fd) < 0)
		return err_sys(err, "cannot remove all of %s", path);
	if (rmdir(path) < 0 && errno != ENOENT)
		return err_sys(err, "cannot remove %s", path);
	return 0;
}
