/* What the files of the pipeline share about the run under way. Private to it. */
#ifndef PIPELINE_PIPELINE_INNER_H
#define PIPELINE_PIPELINE_INNER_H

#include "engine/scan_project.h"
#include "pipeline/pipeline.h"
#include "ship/forge/forge.h"

/* Held until the pipeline ends, over all tries; -1: not held. */
struct run_locks {
	int pull;   /* of this pull request */
	int target; /* of its target: the process that has it lands */
};

struct wanted;

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
	/* The test merge; if the branches conflict there is none, and the source stands for it.
	 */
	struct git_merge test_merge;
	struct git_oid merge;
	const struct wanted *wanted; /* of the test merge, once build has read it; else NULL */
	struct docker_builder builder;
	bool image_due; /* the merge wants an image: nothing is merged without one */
	struct run_locks *locks;
	unsigned tries_left; /* after this one */
	bool goes_on;	     /* another try follows */
	bool landed;	     /* the target is at `merge` already: a killed process got that far */
};

/* A path in the run's folder; p NULL if the arena is full. */
/* "registry.example:5000" of what images are published to; empty: nothing is (bases.c). */
struct str run_own_host(const struct pipeline *p);
struct str run_path(const struct pipeline *p, const char *name);
void say(const struct pipeline *p, const char *format, ...) PRINTF_LIKE(2, 3);
/* Records the step after it was reached. */
MUST_USE int run_reach(struct pipeline *p, enum run_step step, struct err *err);

/* Refuses if another process has it. */
MUST_USE int run_lock_pull(struct pipeline *p, struct err *err);
/* Waits: a run that has to be judged again, because others landed before it, is then the next to
 * land, however many there are. */
MUST_USE int run_lock_target(struct pipeline *p, struct err *err);
/* For CLEANUP. */
void run_unlock(struct run_locks *locks);

/* The target is no longer where it was judged. */
bool run_target_moved(const struct pipeline *p);

/* What kept a stage from its work, as a problem of a report of the run. */
MUST_USE int run_tell(
    struct report *report, enum stage stage, const struct err *why, struct err *err);

/* Pushes, lands, tags (publish.c). 0 with p->run.step RUN_TAGGED, or the last step reached and a
 * problem in the report; a branch that moved is RUN_SUPERSEDED. */
MUST_USE int run_publish(struct pipeline *p, struct err *err);
/* If nothing is published: the stage says why. */
MUST_USE int run_not_published(struct pipeline *p, struct err *err);
/* "registry/team/app:commit"; empty before it is published, p NULL if the arena is full. */
struct str run_published(const struct pipeline *p);

/* report.json, inventory.json and comment.md in the run's folder, and the pull request's comment
 * (record.c); the comment only if no other try follows. */
MUST_USE int run_record(struct pipeline *p, struct str trailer, struct str image, struct err *err);

#endif
