/*
 * A scan's jobs in readers. What was lost becomes a problem of the stage, with the unit that
 * its reader was at. Private to engine.
 */
#ifndef ENGINE_READERS_H
#define ENGINE_READERS_H

#include "core/pool.h"
#include "core/wire_fields.h"
#include "engine/scan.h"

/* What readers can have run for them (job_run_tool). */
enum scan_tool { SCAN_TOOL_SHELLCHECK };

/* Runs a list of items (work->sink and work->lost are set here); what they report goes into the
 * scan's report. -1 if the report takes no more. */
MUST_USE int scan_items(
    struct scan *scan, enum stage stage, struct pool_work *work, struct err *err);

/* The same, with a sink that work->turn may turn to another subject. */
MUST_USE int scan_items_into(struct report_sink *sink, struct scan *scan, enum stage stage,
    struct pool_work *work, struct err *err);

/* The same, to a sink that stands before the report's. */
MUST_USE int scan_items_to(struct sink *sink, const struct scan *scan, enum stage stage,
    struct pool_work *work, struct err *err);

/* Paths that ended a reader. */
enum { SKIPS_MAX = 16 };
struct skip_list {
	struct str paths[SKIPS_MAX];
	size_t n;
};

bool skip_has(const struct skip_list *skip, struct str path);

/* Runs one job that finds its units itself, one after the other, and says each with job_at. If one
 * ends the reader, all runs again without it: fn leaves out what is in *skip (NULL: it is run
 * once). reply as in pool_one. */
MUST_USE int scan_walk(struct scan *scan, enum stage stage, const struct pool_one *job,
    struct skip_list *skip, struct err *err);

/* The typed reply of a job (core/wire_fields.h): both sides go over `item` with the same walk. What
 * is taken is in the arena, and is the reader's word. */
MUST_USE int reply_send(struct job *job, uint32_t tag, void *item, wire_fn *walk, struct err *err);
MUST_USE int reply_take(struct str bytes, uint32_t tag, void *item, wire_fn *walk,
    struct arena *arena, struct err *err);

/* A scan like `scan`, with a report of its own (which the caller releases), for a question whose
 * findings nobody is shown. Its first problem says why there is no answer. */
MUST_USE int scan_quietly(const struct scan *scan, struct str kind, struct report *report,
    struct scan *ret, struct err *err);

#endif
