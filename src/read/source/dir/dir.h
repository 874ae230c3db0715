/*
 * Walks a folder as it lies on disk, for the side that may open files: what is there,
 * sorted, without following a single symbolic link. Contents are read later through
 * core/content.h (content_dir), by path. The list lives in the caller's arena.
 */
#ifndef READ_SOURCE_DIR_DIR_H
#define READ_SOURCE_DIR_DIR_H

#include "base/vec.h"
#include "core/limits.h"
#include "core/sink.h"

struct dir_entry {
	struct str path; /* relative, '/' between; bytes as the file system has them */
	uint32_t mode;	 /* st_mode: S_IFREG or S_IFLNK, and permission bits */
	uint64_t size_bytes;
	struct str target; /* of a symbolic link: its text, the unit to scan; else empty */
};

struct dir_list {
	VEC(struct dir_entry) entries; /* by path, bytewise */
};

/* All regular files and symbolic links below dir_fd (borrowed). Folders named .git are not
 * entered; nothing is taken from .gitignore: a secret in an ignored file is a secret. Devices,
 * fifos and sockets are notes ("skipped:PATH" = "fifo"). What cannot be read, or lies too deep or
 * under too long a path, is a problem of `stage` and the walk goes on. More entries than
 * limits->tree_entries is a problem too, after which it stops. -1 only where the sink refuses or
 * the arena is full. */
MUST_USE int dir_walk(int dir_fd, const struct limits *limits, enum stage stage, struct sink *sink,
    struct arena *arena, struct dir_list *ret_list, struct err *err);

#endif
