/*
 * A stage of the pipeline: one file of stages/, one line of stages.def. Stages that follow
 * each other make a lane, with a report of its own. A lane's first stage, if it can work
 * in processes of its own, is begun before any other runs, and waited for in its turn: so the
 * build goes on beside the stages before it. There are no threads here: the sandboxed readers are
 * forks, and a fork inherits whatever lock another thread holds. Private to the pipeline.
 */
#ifndef PIPELINE_STAGE_H
#define PIPELINE_STAGE_H

#include "pipeline/wanted.h"

/* What build leaves for scan. */
struct built_image {
	bool there;		    /* p->run.image_digest is its manifest's */
	struct str layout;	    /* OCI layout folder */
	struct str dockerfile;	    /* the text */
	struct str dockerfile_path; /* in the repository */
	struct base_image *bases;
	size_t n_bases;
	struct str_list base_diff_ids;
};

struct stage_run {
	struct pipeline *p;
	struct scan scan; /* into the lane's report */
	struct built_image *image;
	void *begun;	/* what begin left for run; in the lane's report's arena */
	struct str why; /* set with STAGE_NOT_RUN: the reason, for people */
};

enum stage_outcome { STAGE_RAN, STAGE_NOT_RUN, STAGE_BROKE, STAGE_GOES_ON };

struct pipeline_stage {
	enum stage stage;
	const char *summary; /* one line, for progress */
	bool follows;	     /* the stage before it in stages.def, in its lane */
	/* May be NULL. The first stage of a lane is begun before any stage runs, others in their
	 * turn. STAGE_GOES_ON: run is called for the rest; another outcome is the stage's. */
	enum stage_outcome (*begin)(struct stage_run *s, struct err *err);
	/* STAGE_BROKE with err: what kept it from its work; it becomes a problem of the stage.
	 * Findings and problems of the input go into s->scan's report. */
	enum stage_outcome (*run)(struct stage_run *s, struct err *err);
};

/* Runs all stages and merges what they found into the run's report. */
MUST_USE int stages_run(struct pipeline *p, struct err *err);

#endif
