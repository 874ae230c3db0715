/*
 * One job in a sandboxed child, tried again without the unit that broke it. What a failed
 * try told is thrown away; what the last one told reaches the sink. Private to engine.
 */
#ifndef ENGINE_ATTEMPT_H
#define ENGINE_ATTEMPT_H

#include "core/child.h"
#include "engine/scan.h"

enum { ATTEMPTS_MAX = 16 };

/* Paths that broke a reader. */
struct skip_list {
	struct str paths[ATTEMPTS_MAX];
	size_t n;
};

bool skip_has(const struct skip_list *skip, struct str path);

/* Runs fn(job, arg); it leaves out what is in *skip. Each unit that breaks a reader becomes a
 * problem of `stage`. notes (may be NULL): key to struct str *, in the report's arena. -1 where the
 * report takes no more. */
MUST_USE int attempt_run(struct scan *scan, enum stage stage, struct content *content, job_fn *fn,
    void *arg, struct skip_list *skip, struct map *notes, struct err *err);

#endif
