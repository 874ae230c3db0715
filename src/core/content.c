#include "core/content.h"

#include "base/os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum content_result content_read_all(struct content *c, struct str name, size_t max_bytes,
    struct arena *arena, struct str *ret_bytes, struct err *err)
{
	uint32_t handle;
	uint64_t size;
	size_t n;
	char *p;
	enum content_result result = c->ops->open(c, name, &handle, &size, err);

	if (result != CONTENT_OK)
		return result;
	result = CONTENT_ERROR;
	if (size > max_bytes) {
		(void)err_set(err, ERR_LIMIT, STR_FMT ": %llu bytes, more than the %zu allowed",
		    STR_ARG(name), (unsigned long long)size, max_bytes);
	} else {
		p = arena_alloc(arena, (size_t)size + 1);
		if (!p) {
			(void)arena_err(arena, err);
		} else if (c->ops->read(c, handle, 0, p, (size_t)size, &n, err) == 0) {
			*ret_bytes = str_make(p, n);
			result = CONTENT_OK;
		}
	}
	c->ops->close(c, handle);
	return result;
}

/* What a file of `size` has at offset, at most n bytes of it. */
static size_t range_size(uint64_t size, uint64_t offset, size_t n)
{
	return offset >= size ? 0 : (size_t)MIN_OF((uint64_t)n, size - offset);
}

static int bad_handle(uint32_t handle, struct err *err)
{
	return err_set(err, ERR_FORMAT, "read of handle %u, which is not open", handle);
}

/* ---- over memory ---- */

static enum content_result memory_open(
    struct content *c, struct str name, uint32_t *ret_handle, uint64_t *ret_size, struct err *err)
{
	struct content_memory *m = container_of(c, struct content_memory, content);

	(void)err;
	for (size_t i = 0; i < m->n; i++) {
		if (str_eq(m->names[i], name)) {
			*ret_handle = (uint32_t)i;
			*ret_size = m->bytes[i].n;
			return CONTENT_OK;
		}
	}
	return CONTENT_MISSING;
}

static int memory_read(struct content *c, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	struct content_memory *m = container_of(c, struct content_memory, content);

	if (handle >= m->n)
		return bad_handle(handle, err);
	n = range_size(m->bytes[handle].n, offset, n);
	if (n > 0)
		memcpy(p, m->bytes[handle].p + offset, n);
	*ret_n = n;
	return 0;
}

static void memory_close(struct content *c, uint32_t handle)
{
	(void)c;
	(void)handle;
}

void content_memory_init(
    struct content_memory *c, const struct str *names, const struct str *bytes, size_t n)
{
	static const struct content_ops ops = {memory_open, memory_read, memory_close, NULL};

	*c = (struct content_memory){{&ops}, names, bytes, n};
}

/* ---- one open file ---- */

static enum content_result file_open(
    struct content *c, struct str name, uint32_t *ret_handle, uint64_t *ret_size, struct err *err)
{
	struct content_file *f = container_of(c, struct content_file, content);

	(void)err;
	if (!str_eq(name, f->name))
		return CONTENT_MISSING;
	*ret_handle = 0;
	*ret_size = f->size;
	return CONTENT_OK;
}

static int file_read_range(struct content *c, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	struct content_file *f = container_of(c, struct content_file, content);

	if (handle != 0)
		return bad_handle(handle, err);
	return fd_pread_full(f->fd, offset, p, range_size(f->size, offset, n), ret_n, err);
}

static void file_close(struct content *c, uint32_t handle)
{
	(void)c;
	(void)handle;
}

static int file_descriptor(struct content *c, uint32_t handle)
{
	(void)handle;
	return (container_of(c, struct content_file, content))->fd;
}

int content_file_init(struct content_file *c, struct str name, int fd, struct err *err)
{
	static const struct content_ops ops = {
	    file_open, file_read_range, file_close, file_descriptor};
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "cannot read " STR_FMT, STR_ARG(name));
	if (!S_ISREG(st.st_mode))
		return err_set(
		    err, ERR_UNSUPPORTED, STR_FMT " is not a regular file", STR_ARG(name));
	*c = (struct content_file){{&ops}, name, fd, (uint64_t)st.st_size};
	return 0;
}

/* ---- a folder ---- */

enum { NAME_MAX_BYTES = 4096, OPEN_TRIES = 8 };

/* A device or FIFO must neither block nor become the controlling terminal. */
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

/* Relative, each component a real name. */
static bool name_is_plain(struct str name)
{
	struct str rest = name, piece;

	if (str_empty(name) || name.n >= NAME_MAX_BYTES || str_chr(name, '\0') != STR_NPOS ||
	    str_ends(name, STR("/")))
		return false;
	while (str_cut(&rest, '/', &piece)) {
		if (str_empty(piece) || str_eq(piece, STR(".")) || str_eq(piece, STR("..")))
			return false;
	}
	return true;
}

/* For kernels before 5.6, or a filter around us that does not know openat2. */
static int open_by_steps(int dir_fd, char *path)
{
	int held CLEANUP_FD = -1;
	int at = dir_fd;
	char *slash;

	while ((slash = strchr(path, '/')) != NULL) {
		int next;

		*slash = '\0';
		next = openat(at, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		fd_cleanup(&held);
		if (next < 0)
			return -1;
		at = held = next;
		path = slash + 1;
	}
	return openat(at, path, OPEN_FLAGS);
}

static int open_beneath(int dir_fd, char *path)
{
	struct open_how how = {
	    .flags = OPEN_FLAGS,
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};

	/* EAGAIN: something was renamed meanwhile, and the kernel cannot be sure. */
	for (int i = 0; i < OPEN_TRIES; i++) {
		long fd = syscall(SYS_openat2, dir_fd, path, &how, sizeof how);

		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN && errno != EINTR)
			break;
	}
	if (errno != ENOSYS && errno != EPERM)
		return -1;
	return open_by_steps(dir_fd, path);
}

static bool means_missing(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV ||
	       error == ENXIO || error == ENODEV || error == ENAMETOOLONG;
}

/* Files of /proc and the like say that they are empty, and are not. */
static enum content_result check_empty(int fd, struct str name, struct err *err)
{
	char byte;
	ssize_t n = pread(fd, &byte, 1, 0);

	if (n == 0)
		return CONTENT_OK;
	if (n < 0 && errno != EAGAIN)
		(void)err_sys(err, "cannot read " STR_FMT, STR_ARG(name));
	else
		(void)err_set(err, ERR_UNSUPPORTED,
		    "its size is not known before it is read, so it was not looked at; copy it to "
		    "a regular file first");
	return CONTENT_ERROR;
}

static enum content_result dir_open_fd(
    int dir_fd, struct str name, int *ret_fd, uint64_t *ret_size, struct err *err)
{
	char path[NAME_MAX_BYTES];
	int fd CLEANUP_FD = -1;
	struct stat st;

	if (!name_is_plain(name))
		return CONTENT_MISSING;
	memcpy(path, name.p, name.n);
	path[name.n] = '\0';
	fd = open_beneath(dir_fd, path);
	if (fd < 0 && means_missing(errno))
		return CONTENT_MISSING;
	if (fd < 0 || fstat(fd, &st) < 0) {
		(void)err_sys(err, "cannot read " STR_FMT, STR_ARG(name));
		return CONTENT_ERROR;
	}
	if (!S_ISREG(st.st_mode))
		return CONTENT_MISSING;
	if (st.st_size == 0 && check_empty(fd, name, err) != CONTENT_OK)
		return CONTENT_ERROR;
	*ret_fd = fd;
	*ret_size = (uint64_t)st.st_size;
	fd = -1;
	return CONTENT_OK;
}

static enum content_result dir_open(
    struct content *c, struct str name, uint32_t *ret_handle, uint64_t *ret_size, struct err *err)
{
	struct content_dir *d = container_of(c, struct content_dir, content);
	enum content_result result;
	uint32_t slot = 0;

	while (slot < CONTENT_DIR_OPEN && d->fds[slot] >= 0)
		slot++;
	if (slot == CONTENT_DIR_OPEN) {
		(void)err_set(err, ERR_LIMIT,
		    "cannot read " STR_FMT ": %d files of this folder are open already",
		    STR_ARG(name), CONTENT_DIR_OPEN);
		return CONTENT_ERROR;
	}
	result = dir_open_fd(d->dir_fd, name, &d->fds[slot], &d->sizes[slot], err);
	if (result != CONTENT_OK)
		return result;
	*ret_handle = slot;
	*ret_size = d->sizes[slot];
	return CONTENT_OK;
}

static int dir_read(struct content *c, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	struct content_dir *d = container_of(c, struct content_dir, content);

	if (handle >= CONTENT_DIR_OPEN || d->fds[handle] < 0)
		return bad_handle(handle, err);
	return fd_pread_full(
	    d->fds[handle], offset, p, range_size(d->sizes[handle], offset, n), ret_n, err);
}

static void dir_close(struct content *c, uint32_t handle)
{
	struct content_dir *d = container_of(c, struct content_dir, content);

	if (handle < CONTENT_DIR_OPEN)
		fd_cleanup(&d->fds[handle]);
}

static int dir_descriptor(struct content *c, uint32_t handle)
{
	const struct content_dir *d = container_of(c, struct content_dir, content);

	return handle < CONTENT_DIR_OPEN ? d->fds[handle] : -1;
}

void content_dir_init(struct content_dir *c, int dir_fd)
{
	static const struct content_ops ops = {dir_open, dir_read, dir_close, dir_descriptor};

	*c = (struct content_dir){.content = {&ops}, .dir_fd = dir_fd};
	for (size_t i = 0; i < CONTENT_DIR_OPEN; i++)
		c->fds[i] = -1;
}

void content_dir_release(struct content_dir *c)
{
	for (size_t i = 0; i < CONTENT_DIR_OPEN; i++)
		fd_cleanup(&c->fds[i]);
}
