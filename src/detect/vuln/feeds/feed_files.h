/*
 * The files of a feed: everything regular below a folder, or the one file. Looks at the
 * disk; whoever reads hostile bytes gets them through a `content` (core/content.h).
 */
#ifndef DETECT_VULN_FEED_FILES_H
#define DETECT_VULN_FEED_FILES_H

#include "base/vec.h"
#include "core/content.h"
#include "core/limits.h"

struct feed_paths {
	const char **p; /* as they can be opened */
	size_t n, cap;
};

/* Appends the files of one input, sorted by path. No symbolic link below it is followed, no hidden
 * file or folder read. ERR_NOT_FOUND if there is no such path, ERR_LIMIT for too many files. */
MUST_USE int feed_paths_add(struct feed_paths *paths, const char *input,
    const struct limits *limits, struct arena *arena, struct err *err);

/* The paths as a content: the name of a file is its index in decimal. One is open at a time. */
struct feed_content {
	struct content content;
	const struct feed_paths *paths; /* borrowed */
	int fd;
};
void feed_content_init(struct feed_content *c, const struct feed_paths *paths);
void feed_content_release(struct feed_content *c);

#endif
