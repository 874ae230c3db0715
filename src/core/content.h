/*
 * Where bytes come from, seen by a reader that may open nothing itself: it asks for a
 * name, gets a handle and a size, and reads ranges. The parent of a sandboxed child
 * implements it over files it opened, a child over frames (core/child.h), tests over
 * memory. One handle may be read at any offset, in any order.
 */
#ifndef CORE_CONTENT_H
#define CORE_CONTENT_H

#include "base/arena.h"

struct content;

enum content_result { CONTENT_OK, CONTENT_MISSING, CONTENT_ERROR };

struct content_ops {
	/* What `name` means is the implementation's: a path, a digest, an object id. */
	enum content_result (*open)(struct content *c, struct str name, uint32_t *ret_handle,
	    uint64_t *ret_size, struct err *err);
	/* Up to n bytes at offset; *ret_n is less only at the end. */
	int (*read)(struct content *c, uint32_t handle, uint64_t offset, void *p, size_t n,
	    size_t *ret_n, struct err *err);
	void (*close)(struct content *c, uint32_t handle);
	/* The descriptor of a regular file that has just these bytes, borrowed until close, so that
	 * a reader can be given it; -1, or NULL, if there is none. */
	int (*descriptor)(struct content *c, uint32_t handle);
};

struct content {
	const struct content_ops *ops;
};

/* The whole of `name` in the arena. ERR_LIMIT above max_bytes. */
enum content_result content_read_all(struct content *c, struct str name, size_t max_bytes,
    struct arena *arena, struct str *ret_bytes, struct err *err);

/* Over memory; names and bytes are borrowed. */
struct content_memory {
	struct content content;
	const struct str *names;
	const struct str *bytes;
	size_t n;
};
void content_memory_init(
    struct content_memory *c, const struct str *names, const struct str *bytes, size_t n);

/* One open file under the name it was given. The descriptor is borrowed. */
struct content_file {
	struct content content;
	struct str name;
	int fd;
	uint64_t size;
};
MUST_USE int content_file_init(struct content_file *c, struct str name, int fd, struct err *err);

/* The regular files below an open folder, by relative path. No symbolic link is followed at any
 * step, no ".." taken; what is not a regular file is CONTENT_MISSING. A few descriptors at a time
 * are kept open. */
enum { CONTENT_DIR_OPEN = 64 };
struct content_dir {
	struct content content;
	int dir_fd; /* borrowed */
	int fds[CONTENT_DIR_OPEN];
	uint64_t sizes[CONTENT_DIR_OPEN];
};
void content_dir_init(struct content_dir *c, int dir_fd);
void content_dir_release(struct content_dir *c);

#endif
