/*
 * Init's part of a build: runs one program after the other in the tree, reaps what is
 * left to it, and stops when the build fills the disk. One at a time.
 */
#ifndef SHIP_BUILD_INSIDE_H
#define SHIP_BUILD_INSIDE_H

#include "base/err.h"
#include "base/str.h"

struct inside {
	const char *const *env;
	const char *const *folders; /* together at most max_bytes; NULL-terminated */
	uint64_t max_bytes;
};

/* What lies below an open folder, in bytes of disk; counts at most until max. ERR_LIMIT for a tree
 * that is too deep to be looked at. */
MUST_USE int inside_usage(
    const char *folder, uint64_t max_bytes, uint64_t *ret_bytes, struct err *err);

/* *ret_status: the exit status, or 128 + signal. stdout goes to the file `capture` (NULL: where
 * stderr goes). ERR_LIMIT if the folders grow too large. */
MUST_USE int inside_run(const struct inside *in, const char *const *argv, const char *capture,
    int *ret_status, struct err *err);

#endif
