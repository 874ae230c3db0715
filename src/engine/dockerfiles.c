/* The Dockerfiles of a commit, by their names. */
#include "engine/attempt.h"
#include "engine/scan_project.h"
#include "read/source/git/git_walk.h"

struct dockerfiles_job {
	const struct git_oid *commit;
	struct job *job;
	size_t n;
};

static int visit(void *arg, const struct git_entry *entry, struct err *err)
{
	struct dockerfiles_job *d = arg;
	struct str key;

	if (d->n >= DOCKERFILES_FOUND || !lint_is_dockerfile_name(entry->path))
		return 0;
	key = arena_fmt(d->job->arena, "%06zu", d->n++);
	return key.p ? sink_note(d->job->sink, key, entry->path, err)
		     : arena_err(d->job->arena, err);
}

static int run_dockerfiles(struct job *job, void *arg, struct err *err)
{
	struct dockerfiles_job *d = arg;
	struct git_walk walk = {
	    .content = job->content,
	    .limits = job->limits,
	    .stage = STAGE_BUILD,
	    .sink = job->sink,
	    .arena = job->arena,
	    .visitor = {.entry = visit, .arg = d},
	};

	d->job = job;
	return git_commit_walk(&walk, d->commit, err);
}

int scan_dockerfiles(struct scan *scan, struct git_repo *repo, const struct git_oid *commit,
    struct str_list *ret_paths, struct err *err)
{
	struct arena *arena = &scan->report->arena;
	struct report quiet CLEANUP(report_release) = {0};
	struct dockerfiles_job job = {.commit = commit};
	struct subject subject = {.kind = STR("repository")};
	struct skip_list skip = {.n = 0};
	struct str_list paths = {0};
	struct scan look = *scan;
	struct map notes;

	map_init(&notes, arena);
	report_init(&quiet, scan->limits->scan_memory, scan->limits->findings);
	look.report = &quiet;
	if (report_add_subject(&quiet, &subject, &look.subject, err) != 0 ||
	    attempt_run(&look, STAGE_BUILD, git_repo_content(repo), run_dockerfiles, &job, &skip,
		&notes, err) != 0)
		return -1;
	paths.p = arena_array(arena, notes.n, sizeof *paths.p);
	if (!paths.p)
		return arena_err(arena, err);
	for (; paths.n < notes.n; paths.n++) {
		paths.p[paths.n] =
		    arena_str(arena, *(const struct str *)notes.items[paths.n].value);
		if (!paths.p[paths.n].p)
			return arena_err(arena, err);
	}
	*ret_paths = paths;
	return 0;
}
