/* What the files of the pipeline share about the run under way. Private to it. */
#ifndef PIPELINE_INNER_H
#define PIPELINE_INNER_H

#include "pipeline/pipeline.h"
#include "ship/forge/forge.h"

struct pipeline {
	const struct pipeline_plan *plan;
	struct report *report; /* plan->scan's */
	struct arena *arena;   /* the report's */
	struct git_repo *repo;
	struct forge_local local;
	struct forge *forge;
	struct run_store *store;
	struct pull_request pull;
	struct run run;
	struct str folder; /* of the run */
	struct git_oid source, target, base;
	/* The test merge; where the branches conflict there is none, and the source stands for it.
	 */
	struct git_merge test_merge;
	struct git_oid merge;
	bool landed; /* the target is at `merge` already: a killed process got that far */
};

/* A path in the run's folder; p NULL where the arena is full. */
struct str run_path(const struct pipeline *p, const char *name);
void say(const struct pipeline *p, const char *format, ...) PRINTF_LIKE(2, 3);
/* Records the step after it was reached. */
MUST_USE int run_reach(struct pipeline *p, enum run_step step, struct err *err);

/* What kept a stage from its work, as a problem of a report of the run. */
MUST_USE int run_tell(
    struct report *report, enum stage stage, const struct err *why, struct err *err);

/* Pushes, lands, tags (publish.c). 0 with p->run.step RUN_TAGGED, or the last step reached and a
 * problem in the report; a branch that moved is RUN_SUPERSEDED. */
MUST_USE int run_publish(struct pipeline *p, struct err *err);
/* Where nothing is published: the stage says why. */
MUST_USE int run_not_published(struct pipeline *p, struct err *err);
/* "registry/team/app:commit"; empty before it is published, p NULL where the arena is full. */
struct str run_published(const struct pipeline *p);

/* report.json, inventory.json and comment.md in the run's folder, and the pull request's comment
 * (record.c). */
MUST_USE int run_record(struct pipeline *p, struct str trailer, struct str image, struct err *err);

#endif
