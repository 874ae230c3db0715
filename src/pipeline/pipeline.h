/*
 * The pipeline: one run of one pull request, from its branches to a merged commit and a
 * published image, or to a comment that says what blocks (design 6.1, 6.4). What is
 * judged is the test merge; what is built once is scanned, published by digest and
 * tagged with that commit; the target moves to exactly it, or not at all.
 *
 * A run is a row of the store and a folder. A process that was killed is resumed by the
 * next call: what is pure is done again, effects are recorded after they happened and
 * harmless to repeat. One process at a time works on a pull request; others are refused. One at a
 * time lands on a target; others wait, and judge again what has moved under them.
 *
 * The thin form refuses with ERR_UNSUPPORTED: a target that is checked out in a work tree,
 * unrelated histories (merge-base says so), more than one image in a repository.
 */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include "engine/scan.h"
#include "pipeline/store/store.h"
#include "ship/registry/client.h"

typedef void pipeline_progress_fn(void *arg, const char *line);

struct pipeline_plan {
	const char *repo;	   /* path of the repository */
	struct str source, target; /* branches */
	const char *state_dir;	   /* made if missing, 0700 */
	struct str registry;	   /* "registry.example:5000/team"; empty: nothing is published */
	/* For that registry alone; base images elsewhere are fetched with what `docker login` left.
	 */
	const struct registry_opts *registry_opts;
	const struct scan *scan; /* the engines; its report, without subjects, becomes the run's */
	pipeline_progress_fn *progress; /* may be NULL */
	void *progress_arg;
};

struct pipeline_result {
	enum run_step step; /* one that ends a run, or the last one reached */
	int64_t run_id;	    /* 0: there was nothing to merge */
	struct str commit;  /* the judged merge; empty: none could be made */
	struct str image;   /* "registry/team/app:commit", whole, if one was published */
	struct str folder;  /* of the run: report.json, comment.md, inventory.json, build.log */
	struct str trailer; /* one line for people: what became of it; image ends it */
};

/* 0 with a judged report, whatever its verdict; texts of *ret are in the report's arena. -1 if
 * no report can say it: ERR_CONFIG, ERR_NOT_FOUND (a branch), ERR_IO (the state folder, or another
 * process works on this pull request), ERR_UNSUPPORTED. */
MUST_USE int pipeline_run(
    const struct pipeline_plan *plan, struct pipeline_result *ret, struct err *err);

#endif
