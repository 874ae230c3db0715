/*
 * Runs one job over hostile bytes in a sandboxed child (design 6.9). The job reads only
 * through its `content` (asked of the parent over a pipe) and tells only through its
 * `sink` (typed frames). What the parent prepared before child_run (compiled rules, a
 * mapped database) the child sees as it was, copy on write. A child that crashes, runs
 * out of memory or out of time is an error of child_run, never of the program. The
 * process is a fork: no other thread may hold a lock that the job needs.
 */
#ifndef CORE_CHILD_H
#define CORE_CHILD_H

#include "core/content.h"
#include "core/limits.h"
#include "core/sink.h"

struct job {
	struct content *content;
	struct sink *sink;
	struct arena *arena; /* the scan's: limits->scan_memory */
	const struct limits *limits;
	/* Says which unit is being read now, so that a crash is blamed on it. */
	void (*at)(struct job *job, struct str path);
	void *at_arg; /* for `at` alone; a job may be copied */
};

typedef int job_fn(struct job *job, void *arg, struct err *err);

struct child_opts {
	const struct limits *limits;
	bool in_process;     /* --no-sandbox: run here, for debugging and fuzzing */
	struct arena *arena; /* for *ret_at */
};

/* Runs fn in a child. 0 where fn returned 0. On -1 *ret_at (may be NULL) is the unit that the child
 * was reading, empty where it said none: after a crash the caller reports that one and goes on
 * with the rest. All findings told before stay told. */
MUST_USE int child_run(const struct child_opts *opts, struct content *content, struct sink *sink,
    job_fn *fn, void *arg, struct str *ret_at, struct err *err);

#endif
