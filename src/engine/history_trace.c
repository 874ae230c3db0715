/*
 * Which commit put an object at a path, and which took it away. Only objects in which
 * something is are looked for, and only folders are read that differ from a parent's.
 */
#include "engine/history.h"
#include "read/source/git/tree_row.h"

enum { TRACED_TAG = 1 << 16 | 0x111, COMMITS_PER_ITEM = 256, FAULTS_MAX = 20, PARENTS_MAX = 64 };

struct traced {
	struct history_step *steps;
	size_t n;
};

static void walk_step(struct wire *w, void *item)
{
	struct history_step *step = item;

	wire_u32(w, &step->commit);
	wire_u32(w, &step->object);
	wire_bool(w, &step->gone);
	wire_str(w, &step->path);
}

static void walk_traced(struct wire *w, void *item)
{
	struct traced *t = item;

	t->steps = wire_items(w, t->steps, &t->n, sizeof *t->steps, 16, walk_step);
}

enum { COMPARED_BYTES = 256 };

/* Over the entries that both begin with: two versions of a folder are nearly the same bytes. */
static void skip_common(struct git_row *a, struct git_row *b, size_t id_bytes)
{
	size_t most = MIN_OF((size_t)(a->end - a->at), (size_t)(b->end - b->at)), same = 0;
	const char *from = a->at;

	while (most - same >= COMPARED_BYTES &&
	       memcmp(a->at + same, b->at + same, COMPARED_BYTES) == 0)
		same += COMPARED_BYTES;
	while (same < most && a->at[same] == b->at[same])
		same++;
	/* Nothing else comes: no entry has to be read to know that. */
	if (same == most && a->end - a->at == b->end - b->at) {
		a->at = a->end;
		b->at = b->end;
		a->n = b->n = 0;
		return;
	}
	for (git_row_read(a, id_bytes); a->n > 0 && (size_t)(a->at - from) + a->n <= same;)
		git_row_next(a, id_bytes);
	b->at += a->at - from;
	git_row_read(b, id_bytes);
}

/* ---- in a reader ---- */

struct trace {
	struct job *job;
	struct history_reader *reader;
	const struct repo_history *h;
	uint32_t commit;
	struct buf path;
	unsigned depth;
	uint64_t entries; /* of this commit */
	size_t n_faults;
	struct map told; /* trees that cannot be read */
	VEC(struct history_step) steps;
};

static void trace_release(struct trace *t)
{
	buf_release(&t->path);
}

static int tell_tree(
    struct trace *t, const unsigned char *id, const struct err *why, struct err *err)
{
	struct arena *arena = &t->reader->arena;
	struct str key = arena_str(arena, str_make((const char *)id, t->h->store->id_bytes));

	if (!key.p || map_has(&t->told, key) || t->n_faults >= FAULTS_MAX)
		return key.p ? 0 : arena_err(arena, err);
	t->n_faults++;
	if (!map_put(&t->told, key, t))
		return arena_err(arena, err);
	return history_fault(t->job->sink, t->h->store, id, 0, why, err);
}

/* NULL if it cannot be read, which is told. */
static int get_tree(
    struct trace *t, const unsigned char *id, struct git_object **ret, struct err *err)
{
	struct err why = ERR_INIT;

	*ret = NULL;
	switch (git_objects_get(t->reader->objects, id, ret, &why)) {
	case CONTENT_OK:
		if ((*ret)->type == GIT_TREE)
			return 0;
		git_object_drop(*ret);
		*ret = NULL;
		(void)err_set(&why, ERR_FORMAT, "it is named as a folder and is none");
		break;
	case CONTENT_MISSING:
		(void)err_set(&why, ERR_NOT_FOUND,
		    "it is missing, so the commits that have it could not be told");
		break;
	case CONTENT_ERROR:
		break;
	}
	return tell_tree(t, id, &why, err);
}

static int add_step(struct trace *t, const unsigned char *id, bool gone, struct err *err)
{
	struct str key = str_make((const char *)id, t->h->store->id_bytes);
	const struct history_object *object = map_get(&t->h->object_at, key);
	struct history_step step = {.commit = t->commit, .gone = gone};

	if (!object)
		return 0;
	step.object = (uint32_t)(object - t->h->objects.p);
	step.path = arena_str(&t->reader->arena, buf_str(&t->path));
	vec_push(&t->steps, &t->reader->arena, step);
	return arena_check(&t->reader->arena, err);
}

/* A commit's folder, and its parents' at the same path. With one parent what that has and the
 * commit does not have is a step too; of several, only what none of them has is. */
struct folders {
	const unsigned char *own; /* NULL: there is none */
	const unsigned char *parents[PARENTS_MAX];
	size_t n;
	bool merge;
};

static int trace_folder(struct trace *t, const struct folders *f, struct err *err);

/* An entry that the commit has (own), or only its one parent has (gone); below: the folders that
 * the parents have at its name. */
static int trace_row(struct trace *t, const struct git_row *own, const struct git_row *gone,
    struct folders *below, struct err *err)
{
	const struct git_row *row = own ? own : gone;
	size_t before = t->path.n;
	int result = 0;

	if (before + row->name.n + 1 > t->job->limits->path_bytes ||
	    ++t->entries > t->job->limits->tree_entries)
		return 0;
	if (before > 0)
		buf_addc(&t->path, '/');
	buf_add(&t->path, row->name);
	if (!buf_ok(&t->path))
		return buf_err(&t->path, "a path", err);
	switch (git_mode_kind(row->mode)) {
	case GIT_KIND_TREE:
		result = trace_folder(t, below, err);
		break;
	case GIT_KIND_FILE:
	case GIT_KIND_LINK:
		if (own)
			result = add_step(t, own->id, false, err);
		if (gone && result == 0)
			result = add_step(t, gone->id, true, err);
		break;
	case GIT_KIND_SUBMODULE:
	default:
		break;
	}
	t->path.n = before;
	return result;
}

static int trace_pair(
    struct trace *t, struct str own_bytes, struct str parent_bytes, struct err *err)
{
	size_t id_bytes = t->h->store->id_bytes;
	struct git_row a = git_row_of(own_bytes), b = git_row_of(parent_bytes);
	int result = 0;

	for (skip_common(&a, &b, id_bytes); (a.n > 0 || b.n > 0) && result == 0;) {
		int order = a.n == 0 ? 1 : b.n == 0 ? -1 : git_row_order(&a, &b);
		struct folders below = {.own = order <= 0 ? a.id : NULL, .n = order >= 0};

		below.parents[0] = order >= 0 ? b.id : NULL;
		if (order != 0 || memcmp(a.id, b.id, id_bytes) != 0)
			result = trace_row(
			    t, order <= 0 ? &a : NULL, order >= 0 ? &b : NULL, &below, err);
		if (order <= 0)
			git_row_next(&a, id_bytes);
		if (order >= 0)
			git_row_next(&b, id_bytes);
		if (order == 0)
			skip_common(&a, &b, id_bytes);
	}
	return result;
}

/* True if a parent has just this entry; else below gets the folders that they have at its name. */
static bool stands_in(const struct trace *t, const struct git_row *row, struct git_row *rows,
    size_t n, struct folders *below)
{
	size_t id_bytes = t->h->store->id_bytes;

	*below = (struct folders){.own = row->id, .merge = true};
	for (size_t i = 0; i < n; i++) {
		while (rows[i].n > 0 && git_row_order(&rows[i], row) < 0)
			git_row_next(&rows[i], id_bytes);
		if (rows[i].n == 0 || git_row_order(&rows[i], row) != 0)
			continue;
		if (memcmp(rows[i].id, row->id, id_bytes) == 0)
			return true;
		if (git_row_is_folder(row))
			below->parents[below->n++] = rows[i].id;
	}
	return false;
}

static int trace_merge(struct trace *t, struct str own_bytes, struct git_object *const *parents,
    size_t n, struct err *err)
{
	size_t id_bytes = t->h->store->id_bytes;
	struct git_row row = git_row_of(own_bytes), rows[PARENTS_MAX];
	struct folders below;
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		rows[i] = git_row_of(git_object_str(parents[i]));
		git_row_read(&rows[i], id_bytes);
	}
	for (git_row_read(&row, id_bytes); row.n > 0 && result == 0; git_row_next(&row, id_bytes)) {
		if (!stands_in(t, &row, rows, n, &below))
			result = trace_row(t, &row, NULL, &below, err);
	}
	return result;
}

static int read_folders(struct trace *t, const struct folders *f, struct err *err)
{
	struct git_object *own = NULL, *parents[PARENTS_MAX];
	struct str bytes;
	size_t n = 0;
	int result = 0;

	if (f->own)
		result = get_tree(t, f->own, &own, err);
	for (size_t i = 0; i < f->n && result == 0; i++) {
		result = get_tree(t, f->parents[i], &parents[n], err);
		n += result == 0 && parents[n] ? 1 : 0;
	}
	bytes = own ? git_object_str(own) : STR("");
	t->depth++;
	if (result == 0 && f->merge)
		result = trace_merge(t, bytes, parents, n, err);
	else if (result == 0)
		result = trace_pair(t, bytes, n > 0 ? git_object_str(parents[0]) : STR(""), err);
	t->depth--;
	while (n > 0)
		git_object_drop(parents[--n]);
	git_object_drop(own);
	return result;
}

/* A folder whose names have something is a step itself. */
static int trace_folder(struct trace *t, const struct folders *f, struct err *err)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->own && memcmp(f->own, f->parents[i], t->h->store->id_bytes) == 0)
			return 0;
	}
	if (t->depth >= t->job->limits->path_depth)
		return 0;
	if (f->own && add_step(t, f->own, false, err) != 0)
		return -1;
	if (!f->merge && f->n > 0 && add_step(t, f->parents[0], true, err) != 0)
		return -1;
	return read_folders(t, f, err);
}

/* The parents' trees, as far as they are here: a shallow clone ends somewhere. */
static int trace_commit(struct trace *t, uint32_t at, struct err *err)
{
	const struct repo_history *h = t->h;
	const struct history_commit *c = &h->commits.p[at];
	struct folders f = {.own = (const unsigned char *)c->tree.p};
	size_t id_bytes = h->store->id_bytes;

	if (c->tree.n == 0)
		return 0;
	for (size_t i = 0; i < c->parents.n && f.n < PARENTS_MAX; i += id_bytes) {
		const struct history_commit *parent =
		    map_get(&h->commit_at, str_sub(c->parents, i, id_bytes));

		if (parent && parent->tree.n > 0)
			f.parents[f.n++] = (const unsigned char *)parent->tree.p;
	}
	f.merge = f.n > 1;
	t->commit = at;
	t->entries = 0;
	return trace_folder(t, &f, err);
}

static int trace_item(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct repo_history *h = arg;
	struct trace t CLEANUP(trace_release) = {.job = job, .reader = job->state, .h = h};
	size_t from = item * COMMITS_PER_ITEM, to = MIN_OF(from + COMMITS_PER_ITEM, h->commits.n);
	struct traced reply;

	arena_clear(&t.reader->arena);
	buf_init(&t.path, job->limits->path_bytes + 2);
	map_init(&t.told, &t.reader->arena);
	for (size_t i = from; i < to; i++) {
		if (trace_commit(&t, (uint32_t)i, err) != 0)
			return -1;
	}
	reply = (struct traced){t.steps.p, t.steps.n};
	return reply_send(job, TRACED_TAG, &reply, walk_traced, err);
}

/* ---- in the parent ---- */

static int take_traced(void *arg, size_t item, struct str bytes, struct err *err)
{
	struct repo_history *h = arg;
	struct traced t = {.steps = NULL};

	(void)item;
	if (reply_take(bytes, TRACED_TAG, &t, walk_traced, &h->arena, err) != 0)
		return -1;
	for (size_t i = 0; i < t.n; i++) {
		if (t.steps[i].commit >= h->commits.n || t.steps[i].object >= h->objects.n)
			return err_set(err, ERR_FORMAT, "a reader replied with no step");
		vec_push(&h->steps, &h->arena, t.steps[i]);
	}
	return arena_check(&h->arena, err);
}

int history_trace(struct repo_history *h, struct err *err)
{
	struct pool_work work = {.n = (h->commits.n + COMMITS_PER_ITEM - 1) / COMMITS_PER_ITEM,
	    .content = &h->store->content,
	    .arg = h,
	    .begin = history_reader_begin,
	    .item = trace_item,
	    .end = history_reader_end,
	    .reply = take_traced};

	return scan_items(h->scan, STAGE_SECRETS, &work, err);
}
