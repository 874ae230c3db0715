#include "engine/repo_objects.h"

#include "read/source/git/odb/objects.h"

struct objects_job {
	const struct git_store *store;
	const struct pool_one *one;
};

static int run_over_objects(struct job *job, void *arg, struct err *err)
{
	const struct objects_job *o = arg;
	struct git_objects *objects = NULL;
	struct job inner = *job;
	int result = git_objects_new(o->store, job->content, &objects, err);

	if (result == 0) {
		inner.content = git_objects_content(objects);
		result = o->one->fn(&inner, o->one->arg, err);
	}
	git_objects_free(objects);
	return result;
}

static int take_reply(void *arg, struct str bytes, struct err *err)
{
	const struct objects_job *o = arg;

	return o->one->reply(o->one->arg, bytes, err);
}

int scan_store_faults(
    struct scan *scan, enum stage stage, const struct git_store *store, struct err *err)
{
	struct report_sink sink;

	report_sink_init(&sink, scan->report, scan->subject);
	for (size_t i = 0; i < store->faults.n; i++) {
		struct err why = store->faults.p[i].why;

		(void)err_wrap(&why, STR_FMT, STR_ARG(store->faults.p[i].what));
		if (sink_error(&sink.sink, stage, STR_NONE, &why, err) != 0)
			return -1;
	}
	return 0;
}

int scan_walk_objects(struct scan *scan, enum stage stage, struct git_repo *repo,
    const struct pool_one *one, struct skip_list *skip, struct err *err)
{
	struct git_store store CLEANUP(git_store_release) = {.id_bytes = 0};
	struct objects_job job = {&store, one};
	struct pool_one over = {.content = &store.content,
	    .fn = run_over_objects,
	    .reply = one->reply ? take_reply : NULL,
	    .arg = &job};

	if (git_repo_store(repo, &store, err) != 0 ||
	    scan_store_faults(scan, stage, &store, err) != 0)
		return -1;
	return scan_walk(scan, stage, &over, skip, err);
}
