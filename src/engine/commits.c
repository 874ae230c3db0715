/* Scans of what git holds: the files of a commit, and what a range of commits introduces. */
#include "engine/own.h"
#include "read/source/git/walk.h"

struct commits_job {
	const struct scan *scan;
	const struct skip_list *skip;
	unsigned detectors;
	enum stage stage;
	const struct git_oid *commit;	    /* one tree */
	const struct git_oid_list *commits; /* or a range */
	const struct git_oid *base;
};

struct commits_visit {
	struct unit_detectors detectors;
	struct own own;
	const struct commits_job *job;
};

static int visit_own(struct commits_visit *v, const struct git_entry *entry,
    const struct unit *unit, struct err *err)
{
	bool any;

	if (own_look(&v->own, v->detectors.job->content, git_oid_str(&entry->oid), true, unit, &any,
		err) != 0)
		return -1;
	return any ? own_weigh(&v->own, entry->path, entry->olds, entry->n_olds, err) : 0;
}

static int visit_entry(void *arg, const struct git_entry *entry, struct err *err)
{
	struct commits_visit *v = arg;
	struct unit unit = {.path = entry->path, .mode = entry->mode};

	/* A tree's findings are about the tree; a secret's are about the commit that brought it. */
	if (v->job->stage == STAGE_SECRETS)
		unit.commit = git_oid_str(&entry->commit);
	if (skip_has(v->job->skip, entry->path))
		return 0;
	if (v->job->commits)
		return visit_own(v, entry, &unit, err);
	return unit_detect_content(&v->detectors, git_oid_str(&entry->oid), &unit, err);
}

static int visit_text(void *arg, const struct unit *unit, struct err *err)
{
	struct commits_visit *v = arg;

	return unit_detect(&v->detectors, unit, err);
}

static int visit_change(void *arg, const struct git_change *change, struct err *err)
{
	struct commits_visit *v = arg;

	return own_end_commit(&v->own, change, err);
}

static void visit_release(struct commits_visit *visit)
{
	own_release(&visit->own);
	unit_detectors_release(&visit->detectors);
}

static int run_commits(struct job *job, void *arg, struct err *err)
{
	const struct commits_job *c = arg;
	struct commits_visit visit CLEANUP(visit_release) = {.job = c};
	struct git_walk walk = {
	    .content = job->content,
	    .limits = job->limits,
	    .stage = c->stage,
	    .sink = job->sink,
	    .arena = job->arena,
	    .visitor = {visit_entry, visit_text, visit_change, &visit}
	      };

	if (unit_detectors_init(&visit.detectors, job, c->scan, c->detectors, err) != 0)
		return -1;
	own_init(&visit.own, &visit.detectors, c->skip);
	visit.own.bases = c->base;
	visit.own.n_bases = c->base ? 1 : 0;
	if (c->commits)
		return git_range_walk(&walk, c->commits->p, c->commits->n, c->base, 1, err);
	return git_commit_walk(&walk, c->commit, err);
}

int scan_tree(
    struct scan *scan, struct git_repo *repo, const struct git_oid *commit, struct err *err)
{
	struct skip_list skip = {.n = 0};
	struct commits_job job = {.scan = scan,
	    .skip = &skip,
	    .detectors = SCAN_LINT,
	    .stage = STAGE_VALIDATE,
	    .commit = commit};

	return attempt_run(
	    scan, STAGE_VALIDATE, git_repo_content(repo), run_commits, &job, &skip, NULL, err);
}

int scan_range(struct scan *scan, struct git_repo *repo, const struct git_oid *base,
    const struct git_oid *head, struct err *err)
{
	struct skip_list skip = {.n = 0};
	struct git_oid_list commits = {0};
	struct commits_job job = {.scan = scan,
	    .skip = &skip,
	    .detectors = SCAN_SECRETS,
	    .stage = STAGE_SECRETS,
	    .commits = &commits,
	    .base = base};
	struct arena arena CLEANUP(arena_release);

	arena_init(&arena, scan->limits->scan_memory);
	if (git_rev_list(repo, base, 1, head, &arena, &commits, err) != 0)
		return -1;
	return attempt_run(
	    scan, STAGE_SECRETS, git_repo_content(repo), run_commits, &job, &skip, NULL, err);
}
