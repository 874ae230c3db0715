/* Scans of what git holds: the files of a commit, and what a range of commits introduces. */
#include "engine/commits.h"

#include "engine/own.h"
#include "engine/repo_objects.h"
#include "read/source/git/git_walk.h"

struct commits_job {
	const struct scan *scan;
	const struct skip_list *skip;
	unsigned detectors;
	enum stage stage;
	const struct git_oid *commit;	    /* one tree */
	const struct git_oid_list *commits; /* or a range */
	struct git_oid_list bases;
};

struct commits_visit {
	struct sink sink; /* counts what is reported, and hands it on to the job's */
	struct job job;
	uint64_t n_reported;
	struct git_oid commit; /* of the last entry */
	struct unit_detectors detectors;
	struct own own;
	const struct commits_job *task;
};

/* ---- the sink that counts ---- */

static struct commits_visit *count(struct sink *sink)
{
	struct commits_visit *v = container_of(sink, struct commits_visit, sink);

	v->n_reported++;
	return v;
}

static int count_finding(struct sink *sink, const struct finding *finding, struct err *err)
{
	return sink_finding(count(sink)->sink.to, finding, err);
}

static int count_problem(struct sink *sink, const struct problem *problem, struct err *err)
{
	return sink_problem(count(sink)->sink.to, problem, err);
}

static int count_gap(struct sink *sink, const struct not_covered *gap, struct err *err)
{
	return sink_gap(count(sink)->sink.to, gap, err);
}

static const struct sink_ops count_ops = {
    .finding = count_finding, .problem = count_problem, .gap = count_gap};

/* ---- visits ---- */

static int visit_own(struct commits_visit *v, const struct git_entry *entry,
    const struct unit *unit, struct err *err)
{
	bool any;

	if (own_look(&v->own, v->detectors.job->content, git_oid_str(&entry->oid), true, unit, &any,
		err) != 0)
		return -1;
	if (!any)
		return 0;
	v->n_reported++;
	return own_weigh(&v->own, entry->path, entry->olds, entry->n_olds, err);
}

static int visit_entry(void *arg, const struct git_entry *entry, struct err *err)
{
	struct commits_visit *v = arg;
	struct unit unit = {.origin.path = entry->path, .mode = entry->mode};
	uint64_t before = v->n_reported;
	int result;

	/* A tree's findings are about the tree; a secret's are about the commit that brought it. */
	v->commit = entry->commit;
	if (v->task->stage == STAGE_SECRETS)
		unit.origin.commit = git_oid_str(&entry->commit);
	if (skip_has(v->task->skip, entry->path))
		return 0;
	result = v->task->commits
		     ? visit_own(v, entry, &unit, err)
		     : unit_detect_content(&v->detectors, git_oid_str(&entry->oid), &unit, err);
	if (result != 0)
		return -1;
	return v->n_reported == before ? GIT_QUIET : GIT_SEEN;
}

static int visit_text(void *arg, const struct unit *unit, struct err *err)
{
	struct commits_visit *v = arg;

	return unit_detect(&v->detectors, unit, err);
}

/* A folder's path may hold a secret even if nothing in the folder does. */
static int visit_again(void *arg, struct str path, struct err *err)
{
	struct commits_visit *v = arg;
	struct unit unit = {.origin.path = path};
	bool any;

	if (!v->task->commits)
		return 0;
	unit.origin.commit = git_oid_str(&v->commit);
	if (own_look(&v->own, NULL, STR_NONE, false, &unit, &any, err) != 0)
		return -1;
	return any ? own_weigh(&v->own, path, NULL, 0, err) : 0;
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
	struct commits_visit visit CLEANUP(visit_release) = {
	    .sink = {&count_ops, job->sink}, .job = *job, .task = c};
	struct git_walk walk = {.content = job->content,
	    .limits = job->limits,
	    .stage = c->stage,
	    .sink = job->sink,
	    .arena = job->arena,
	    .visitor = {visit_entry, visit_text, visit_change, visit_again, &visit}};

	visit.job.sink = &visit.sink;
	if (unit_detectors_init(&visit.detectors, &visit.job, c->scan, c->detectors, err) != 0)
		return -1;
	visit.detectors.names = UNIT_OBJECTS;
	visit.detectors.tree = c->commits ? NULL : c->commit;
	own_init(&visit.own, &visit.detectors, c->skip);
	visit.own.bases = c->bases.p;
	visit.own.n_bases = c->bases.n;
	if (c->commits)
		return git_range_walk(
		    &walk, c->commits->p, c->commits->n, c->bases.p, c->bases.n, err);
	return git_commit_walk(&walk, c->commit, err);
}

static int scan_one_tree(struct scan *scan, struct git_repo *repo, const struct git_oid *commit,
    unsigned detectors, enum stage stage, struct err *err)
{
	struct skip_list skip = {.n = 0};
	struct commits_job job = {
	    .scan = scan, .skip = &skip, .detectors = detectors, .stage = stage, .commit = commit};

	return scan_walk_objects(
	    scan, stage, repo, &(struct pool_one){.fn = run_commits, .arg = &job}, &skip, err);
}

int scan_tree(
    struct scan *scan, struct git_repo *repo, const struct git_oid *commit, struct err *err)
{
	return scan_one_tree(scan, repo, commit, SCAN_LINT, STAGE_VALIDATE, err);
}

int scan_tree_secrets(
    struct scan *scan, struct git_repo *repo, const struct git_oid *commit, struct err *err)
{
	return scan_one_tree(scan, repo, commit, SCAN_SECRETS, STAGE_SECRETS, err);
}

int scan_commits(struct scan *scan, struct git_repo *repo, const struct git_oid_list *commits,
    const struct git_oid_list *bases, struct err *err)
{
	struct skip_list skip = {.n = 0};
	struct commits_job job = {.scan = scan,
	    .skip = &skip,
	    .detectors = SCAN_SECRETS,
	    .stage = STAGE_SECRETS,
	    .commits = commits,
	    .bases = *bases};

	return scan_walk_objects(scan, STAGE_SECRETS, repo,
	    &(struct pool_one){.fn = run_commits, .arg = &job}, &skip, err);
}

int scan_range(struct scan *scan, struct git_repo *repo, const struct git_oid *base,
    const struct git_oid *head, struct err *err)
{
	struct git_oid only = *base;
	const struct git_oid_list bases = {&only, 1, 1};
	struct git_oid_list commits = {0};
	struct arena arena CLEANUP(arena_release);

	arena_init(&arena, scan->limits->scan_memory);
	if (git_rev_list(repo, base, 1, head, &arena, &commits, err) != 0)
		return -1;
	return scan_commits(scan, repo, &commits, &bases, err);
}
