/*
 * Readers of hostile bytes: N sandboxed processes (design 6.9), forked from this one, work
 * down a list of items. What the parent prepared before (compiled rules, a mapped database)
 * each reader sees as it was, copy on write. What an item reported is committed when the item is
 * done, and in the order of the list, so that the output does not depend on N. A reader that
 * crashes, runs out of memory or out of time costs the item that it was at: nothing of that
 * item is committed, and a fresh reader takes the rest. The files that items are about are
 * opened by the parent, and a reader gets their descriptors. The processes are forks: no
 * other thread may hold a lock that a job needs.
 */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include "core/job.h"

struct pool_opts {
	const struct limits *limits;
	unsigned readers;	  /* at most; 0: as many as there are cores to run on */
	bool in_process;	  /* --no-sandbox: run here, for debugging and fuzzing */
	const struct tool *tools; /* what job_run_tool can name; may be NULL */
	size_t n_tools;
	const char *tool_cache; /* a folder for what tools answered (core/tool_cache.h); or NULL */
};

/* No item: what is said concerns the readers themselves. */
#define POOL_NO_ITEM SIZE_MAX

/* So many items may end their reader; then the rest is given up. */
enum { POOL_LOSSES_MAX = 64 };

struct pool_work {
	size_t n; /* items, 0 to n - 1 */
	struct content *content;
	struct sink *sink;
	void *arg; /* of all that follows but lost */

	/* In a reader: once before its first item (may be NULL; sets job->state), for each item,
	 * and, only without a sandbox, at the end. An error ends the item, or the reader. */
	job_fn *begin;
	int (*item)(struct job *job, size_t item, void *arg, struct err *err);
	void (*end)(struct job *job, void *arg);

	/* In the parent and in readers: the name under which content has an item's bytes, so that
	 * it is opened ahead. NULL: items are not files. */
	struct str (*name)(const void *arg, size_t item);

	/* In the parent, in the list's order. turn: an item's results come next; may be NULL.
	 * reply: what job_reply sent; NULL: no item replies. lost: an item that has nothing to show
	 * but an error, and the unit that the reader was at (may be empty). An error of either ends
	 * the run. */
	void (*turn)(void *arg, size_t item);
	int (*reply)(void *arg, size_t item, struct str bytes, struct err *err);
	int (*lost)(
	    void *lost_arg, size_t item, struct str at, const struct err *why, struct err *err);
	void *lost_arg;
};

/* -1 only if the sink, reply or lost refused, or no reader can be started. */
MUST_USE int pool_run(const struct pool_opts *opts, const struct pool_work *work, struct err *err);

/* One job in one reader. reply (may be NULL) gets its answer. If the reader is lost -1 and why,
 * and *ret_at (may be NULL) is the unit that it was at, in `arena`. */
struct pool_one {
	struct content *content; /* NULL: there is nothing to read */
	struct sink *sink;	 /* NULL: a job that reports anything is lost */
	job_fn *fn;
	int (*reply)(void *arg, struct str bytes, struct err *err);
	void *arg; /* of both */
};
MUST_USE int pool_run_one(const struct pool_opts *opts, const struct pool_one *one,
    struct arena *arena, struct str *ret_at, struct err *err);

#endif
