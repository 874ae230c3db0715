/* Secrets in what is staged. */
#include "engine/own.h"
#include "engine/repo_objects.h"
#include "engine/scan_gate.h"

struct staged_job {
	const struct scan *scan;
	const struct skip_list *skip;
	const struct git_staged_list *parents; /* at least one: what a commit of nothing would be */
	size_t n_parents;
};

static void own_and_detectors_release(struct own *own)
{
	struct unit_detectors *d = own->detectors;

	own_release(own);
	if (d)
		unit_detectors_release(d);
}

static const struct git_staged *find(const struct git_staged_list *list, struct str path)
{
	size_t low = 0, high = list->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(list->p[middle].path, path);

		if (order == 0)
			return &list->p[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* What stood at the path in each parent; false if one of them holds just this. */
static bool find_olds(const struct staged_job *s, const struct git_staged *staged,
    struct git_old *olds, size_t *ret_n)
{
	*ret_n = 0;
	for (size_t i = 0; i < s->n_parents; i++) {
		const struct git_staged *beside =
		    i == 0 ? staged : find(&s->parents[i], staged->path);

		if (!beside)
			return false;
		if (beside->before.hex[0] != '\0')
			olds[(*ret_n)++] = (struct git_old){.oid = beside->before};
	}
	return true;
}

static bool is_read(const struct git_staged *staged)
{
	enum git_kind kind = git_mode_kind(staged->mode);

	return staged->now.hex[0] != '\0' && (kind == GIT_KIND_FILE || kind == GIT_KIND_LINK);
}

/* olds: room for one from each parent. */
static int look_at(const struct staged_job *s, struct own *own, const struct git_staged *staged,
    struct git_old *olds, struct err *err)
{
	struct unit unit = {.origin.path = staged->path, .mode = staged->mode};
	size_t n;
	bool any;

	if (!is_read(staged) || skip_has(s->skip, staged->path) || !find_olds(s, staged, olds, &n))
		return 0;
	if (own_look(own, own->objects, git_oid_str(&staged->now), true, &unit, &any, err) != 0)
		return -1;
	return any ? own_weigh(own, staged->path, olds, n, err) : 0;
}

static int run_staged(struct job *job, void *arg, struct err *err)
{
	const struct staged_job *s = arg;
	struct unit_detectors d = {0};
	struct own own CLEANUP(own_and_detectors_release) = {.detectors = NULL};
	struct git_old *olds = arena_array(job->arena, s->n_parents, sizeof *olds);

	if (!olds)
		return arena_err(job->arena, err);
	if (unit_detectors_init(&d, job, s->scan, SCAN_SECRETS, err) != 0) {
		unit_detectors_release(&d);
		return -1;
	}
	d.names = UNIT_OBJECTS;
	own_init(&own, &d, s->skip);
	own.parent_is_base = true;
	for (size_t i = 0; i < s->parents[0].n; i++) {
		if (look_at(s, &own, &s->parents[0].p[i], olds, err) != 0)
			return -1;
	}
	return own_end_staged(&own, s->parents, s->n_parents, err);
}

static int tell_conflicts(struct scan *scan, const struct git_staged_list *list, struct err *err)
{
	struct report_sink sink;

	report_sink_init(&sink, scan->report, scan->subject);
	for (size_t i = 0; i < list->n; i++) {
		const struct not_covered gap = {.stage = STAGE_SECRETS,
		    .kind = GAP_UNREADABLE,
		    .what = list->p[i].path,
		    .why = STR("it is in conflict: nothing of it is staged yet")};

		if (list->p[i].conflict && sink_gap(&sink.sink, &gap, err) != 0)
			return -1;
	}
	return 0;
}

int scan_staged(
    struct scan *scan, struct git_repo *repo, const char *index, bool whole, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct git_oid_list parents = {0};
	struct skip_list skip = {.n = 0};
	struct staged_job job = {.scan = scan, .skip = &skip};
	struct git_staged_list *lists;

	arena_init(&arena, scan->limits->scan_memory);
	if (!whole && git_next_parents(repo, &arena, &parents, err) != 0)
		return -1;
	if (parents.n > GIT_PARENTS_MAX)
		return err_set(err, ERR_LIMIT, "a merge of more than %d commits", GIT_PARENTS_MAX);
	job.n_parents = MAX_OF(parents.n, (size_t)1);
	lists = arena_array(&arena, job.n_parents, sizeof *lists);
	if (!lists)
		return arena_err(&arena, err);
	for (size_t i = 0; i < job.n_parents; i++) {
		if (git_staged(repo, index, parents.n > 0 ? &parents.p[i] : NULL, &arena, &lists[i],
			err) != 0)
			return -1;
	}
	job.parents = lists;
	if (tell_conflicts(scan, &lists[0], err) != 0)
		return -1;
	return scan_walk_objects(scan, STAGE_SECRETS, repo,
	    &(struct pool_one){.fn = run_staged, .arg = &job}, &skip, err);
}
