/* The Dockerfiles of a commit, by their names. */
#include "engine/readers.h"
#include "engine/scan_project.h"
#include "read/source/git/git_walk.h"

enum { TAG_PATHS = 1 << 16 | 0x103 };

struct dockerfiles_job {
	const struct git_oid *commit;
	struct arena *of_job;
	VEC(struct str) found;
	/* in the parent */
	struct arena *arena;
	struct str_list paths;
};

static void walk_paths(struct wire *w, void *item)
{
	wire_strs(w, item);
}

static int visit(void *arg, const struct git_entry *entry, struct err *err)
{
	struct dockerfiles_job *d = arg;
	struct str path;

	if (d->found.n >= DOCKERFILES_FOUND || !lint_is_dockerfile_name(entry->path))
		return 0;
	path = arena_str(d->of_job, entry->path);
	return path.p && vec_push(&d->found, d->of_job, path) ? 0 : arena_err(d->of_job, err);
}

static int run_dockerfiles(struct job *job, void *arg, struct err *err)
{
	struct dockerfiles_job *d = arg;
	struct str_list paths;
	struct git_walk walk = {
	    .content = job->content,
	    .limits = job->limits,
	    .stage = STAGE_BUILD,
	    .sink = job->sink,
	    .arena = job->arena,
	    .visitor = {.entry = visit, .arg = d},
	};

	d->of_job = job->arena;
	if (git_commit_walk(&walk, d->commit, err) != 0)
		return -1;
	paths = (struct str_list){d->found.p, d->found.n};
	return reply_send(job, TAG_PATHS, &paths, walk_paths, err);
}

static int take_paths(void *arg, struct str bytes, struct err *err)
{
	struct dockerfiles_job *d = arg;

	return reply_take(bytes, TAG_PATHS, &d->paths, walk_paths, d->arena, err);
}

int scan_dockerfiles(struct scan *scan, struct git_repo *repo, const struct git_oid *commit,
    struct str_list *ret_paths, struct err *err)
{
	struct report report CLEANUP(report_release) = {0};
	struct dockerfiles_job dockerfiles = {.commit = commit, .arena = &scan->report->arena};
	const struct pool_one job = {
	    git_repo_content(repo), NULL, run_dockerfiles, take_paths, &dockerfiles};
	struct scan quiet;

	if (scan_quietly(scan, STR("repository"), &report, &quiet, err) != 0 ||
	    scan_walk(&quiet, STAGE_BUILD, &job, NULL, err) != 0)
		return -1;
	*ret_paths = dockerfiles.paths;
	return 0;
}
