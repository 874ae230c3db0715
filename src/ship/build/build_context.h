/*
 * A git tree as a folder that a build may read: written without git's checkout, so that
 * no hook, filter or attribute of the repository runs. Every name is hostile. Nothing is
 * followed, nothing outside the folder is touched. One writer, one thread.
 */
#ifndef SHIP_BUILD_CONTEXT_H
#define SHIP_BUILD_CONTEXT_H

#include "core/content.h"
#include "core/limits.h"
#include "read/source/git/object.h"

enum context_kind {
	CONTEXT_FILE,
	CONTEXT_EXECUTABLE,
	CONTEXT_SYMLINK,   /* bytes are the target; created as it is, never followed */
	CONTEXT_SUBMODULE, /* becomes an empty folder, as a fresh clone has it */
};

struct context_entry {
	struct str path; /* '/' between; refused: absolute, empty, ".", "..", ".git" in any case */
	enum context_kind kind;
	struct str bytes;
};

struct context_writer {
	int dir_fd; /* the folder, owned */
	int64_t mtime_seconds;
	const struct limits *limits; /* tree_entries, path_bytes, path_depth, layer_bytes */
	uint64_t entries;
	uint64_t bytes;
};

/* Makes `dir`, which must not exist, 0755. Times are set to mtime_seconds (the commit's). */
MUST_USE int context_open(struct context_writer *w, const char *dir, int64_t mtime_seconds,
    const struct limits *limits, struct err *err);
/* ERR_FORMAT for a name that is refused or comes twice, ERR_LIMIT, ERR_IO. */
MUST_USE int context_add(
    struct context_writer *w, const struct context_entry *entry, struct err *err);
/* Usable as CLEANUP(context_release). */
void context_release(struct context_writer *w);

/* The tree of a commit as the folder `dir`, which must not exist. content's names are object ids.
 * Anything that cannot be read or must not be written is an error: a build sees all of the commit
 * or nothing. On failure `dir` is removed. */
MUST_USE int build_context_write(struct content *content, const struct git_oid *tree,
    const char *dir, int64_t mtime_seconds, const struct limits *limits, struct err *err);

#endif
