/*
 * Walks a folder as it lies on disk, for the side that may open files: what is there,
 * sorted, without following a single symbolic link. Contents are read later through
 * core/content.h (content_dir), by path. The list lives in the caller's arena.
 */
#ifndef READ_SOURCE_DIR_DIR_H
#define READ_SOURCE_DIR_DIR_H

#include "base/err.h"
#include "base/vec.h"
#include "core/limits.h"

struct dir_entry {
	struct str path; /* relative, '/' between; bytes as the file system has them */
	uint32_t mode;	 /* st_mode: the kind of file, and permission bits */
	uint64_t size_bytes;
	struct str target; /* of a symbolic link: its text, the unit to scan; else empty */
};

/* A folder, file or link that could not be looked at. */
struct dir_unread {
	struct str path;
	enum err_code code; /* ERR_LIMIT: it lies too deep, or there is too much */
	bool machine;	    /* it may be readable: the machine ran out of something */
	struct str why;
};

/* Both by path, bytewise. */
struct dir_list {
	VEC(struct dir_entry) entries;
	VEC(struct dir_unread) unread;
};

typedef bool dir_leaves_fn(struct str folder);

/* All files, symbolic links, devices, FIFOs and sockets below dir_fd (borrowed). Folders named .git
 * are not entered, nor those whose path `leaves` says (NULL: none). What cannot be read, or lies
 * too deep or under too long a path, is in `unread` and the walk goes on. More entries than
 * limits->tree_entries is there too, after which it stops. -1 only if the arena is full. */
MUST_USE int dir_walk(int dir_fd, dir_leaves_fn *leaves, const struct limits *limits,
    struct arena *arena, struct dir_list *ret_list, struct err *err);

#endif
