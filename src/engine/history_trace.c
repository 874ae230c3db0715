/*
 * Which commit put an object at a path, and which took it away. Only objects in which
 * something is are looked for, and only folders are read that differ from a parent's.
 */
#include "engine/history.h"

#include <stdlib.h>

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

/* ---- a tree's entries, in git's order ---- */

struct row {
	const char *at, *end; /* the whole tree's rest, from this entry on */
	size_t n;	      /* of this entry; 0: there is none, or it is malformed */
	struct str name;
	const unsigned char *id;
	uint32_t mode;
};

/* Reads the entry at row->at. */
static void read_row(struct row *row, size_t id_bytes)
{
	const char *p = row->at, *nul;

	row->n = 0;
	row->mode = 0;
	for (; p < row->end && *p >= '0' && *p <= '7' && p - row->at < 7; p++)
		row->mode = row->mode << 3 | ((uint32_t)*p & 7);
	if (p == row->end || *p != ' ')
		return;
	p++;
	nul = memchr(p, '\0', (size_t)(row->end - p));
	if (!nul || (size_t)(row->end - nul - 1) < id_bytes)
		return;
	row->name = str_make(p, (size_t)(nul - p));
	row->id = (const unsigned char *)nul + 1;
	row->n = (size_t)(nul + 1 - row->at) + id_bytes;
}

static void next_row(struct row *row, size_t id_bytes)
{
	row->at += row->n;
	read_row(row, id_bytes);
}

static bool is_folder(const struct row *row)
{
	return git_mode_kind(row->mode) == GIT_KIND_TREE;
}

/* A folder's name is sorted as if it ended in '/'. */
static int row_order(const struct row *a, const struct row *b)
{
	size_t n = MIN_OF(a->name.n, b->name.n);
	int order = n > 0 ? memcmp(a->name.p, b->name.p, n) : 0;
	unsigned char x, y;

	if (order != 0)
		return order;
	x = a->name.n > n ? (unsigned char)a->name.p[n] : is_folder(a) ? '/' : 0;
	y = b->name.n > n ? (unsigned char)b->name.p[n] : is_folder(b) ? '/' : 0;
	return (int)x - (int)y;
}

enum { COMPARED_BYTES = 256 };

/* Over the entries that both begin with: two versions of a folder are nearly the same bytes. */
static void skip_common(struct row *a, struct row *b, size_t id_bytes)
{
	size_t most = MIN_OF((size_t)(a->end - a->at), (size_t)(b->end - b->at)), same = 0;
	const char *from = a->at;

	while (most - same >= COMPARED_BYTES &&
	       memcmp(a->at + same, b->at + same, COMPARED_BYTES) == 0)
		same += COMPARED_BYTES;
	while (same < most && a->at[same] == b->at[same])
		same++;
	for (read_row(a, id_bytes); a->n > 0 && (size_t)(a->at - from) + a->n <= same;)
		next_row(a, id_bytes);
	b->at += a->at - from;
	read_row(b, id_bytes);
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

static int add_step(struct trace *t, const struct row *row, bool gone, struct err *err)
{
	struct str key = str_make((const char *)row->id, t->h->store->id_bytes);
	const struct history_object *object = map_get(&t->h->object_at, key);
	struct history_step step = {.commit = t->commit, .gone = gone};

	if (!object)
		return 0;
	step.object = (uint32_t)(object - t->h->objects.p);
	step.path = arena_str(&t->reader->arena, buf_str(&t->path));
	vec_push(&t->steps, &t->reader->arena, step);
	return arena_check(&t->reader->arena, err);
}

static int trace_trees(
    struct trace *t, const unsigned char *a, const unsigned char *b, struct err *err);

/* An entry that only one of the two has, or a folder that both have. */
static int trace_row(struct trace *t, const struct row *a, const struct row *b, struct err *err)
{
	const struct row *row = a ? a : b;
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
		result = trace_trees(t, a ? a->id : NULL, b ? b->id : NULL, err);
		break;
	case GIT_KIND_FILE:
	case GIT_KIND_LINK:
		if (a)
			result = add_step(t, a, false, err);
		if (b && result == 0)
			result = add_step(t, b, true, err);
		break;
	case GIT_KIND_SUBMODULE:
	default:
		break;
	}
	t->path.n = before;
	return result;
}

static int trace_rows(struct trace *t, struct str a_bytes, struct str b_bytes, struct err *err)
{
	size_t id_bytes = t->h->store->id_bytes;
	struct row a = {.at = a_bytes.p, .end = a_bytes.p + a_bytes.n};
	struct row b = {.at = b_bytes.p, .end = b_bytes.p + b_bytes.n};
	int result = 0;

	for (skip_common(&a, &b, id_bytes); (a.n > 0 || b.n > 0) && result == 0;) {
		int order = a.n == 0 ? 1 : b.n == 0 ? -1 : row_order(&a, &b);

		if (order != 0 || memcmp(a.id, b.id, id_bytes) != 0)
			result = trace_row(t, order <= 0 ? &a : NULL, order >= 0 ? &b : NULL, err);
		if (order <= 0)
			next_row(&a, id_bytes);
		if (order >= 0)
			next_row(&b, id_bytes);
		if (order == 0)
			skip_common(&a, &b, id_bytes);
	}
	return result;
}

/* What `a` has and `b` does not have at the same path is a step, and the other way round. NULL: an
 * empty folder. */
static int trace_trees(
    struct trace *t, const unsigned char *a, const unsigned char *b, struct err *err)
{
	struct git_object *tree = NULL, *other = NULL;
	int result = 0;

	if (t->depth >= t->job->limits->path_depth)
		return 0;
	if (a && b && memcmp(a, b, t->h->store->id_bytes) == 0)
		return 0;
	if (a)
		result = get_tree(t, a, &tree, err);
	if (b && result == 0)
		result = get_tree(t, b, &other, err);
	t->depth++;
	if (result == 0)
		result = trace_rows(t, tree ? git_object_str(tree) : STR(""),
		    other ? git_object_str(other) : STR(""), err);
	t->depth--;
	git_object_drop(other);
	git_object_drop(tree);
	return result;
}

/* The parents' trees, as far as they are here: a shallow clone ends somewhere. */
struct parent_trees {
	const unsigned char *p[PARENTS_MAX];
	size_t n;
};

static void parents_of(
    const struct repo_history *h, const struct history_commit *c, struct parent_trees *ret)
{
	size_t id_bytes = h->store->id_bytes;

	ret->n = 0;
	for (size_t at = 0; at < c->parents.n && ret->n < PARENTS_MAX; at += id_bytes) {
		const struct history_commit *parent =
		    map_get(&h->commit_at, str_sub(c->parents, at, id_bytes));

		if (parent && parent->tree.n > 0)
			ret->p[ret->n++] = (const unsigned char *)parent->tree.p;
	}
}

static int step_order(const void *a, const void *b)
{
	const struct history_step *x = a, *y = b;

	if (x->gone != y->gone)
		return x->gone ? 1 : -1;
	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return str_cmp(x->path, y->path);
}

/* What a merge brings is what none of its parents has: of the steps from `first` on, those that
 * stand there once for each parent. */
static void merge_steps(struct trace *t, size_t first, size_t n_parents)
{
	struct history_step *p = t->steps.p;
	size_t kept = first, end;

	if (t->steps.n - first > 1)
		qsort(p + first, t->steps.n - first, sizeof *p, step_order);
	for (size_t i = first; i < t->steps.n; i = end) {
		for (end = i; end < t->steps.n && step_order(&p[i], &p[end]) == 0;)
			end++;
		if (p[i].gone || end - i == n_parents)
			p[kept++] = p[i];
	}
	t->steps.n = kept;
}

static int trace_commit(struct trace *t, uint32_t at, struct err *err)
{
	const struct history_commit *c = &t->h->commits.p[at];
	const unsigned char *tree = (const unsigned char *)c->tree.p;
	struct parent_trees parents;
	size_t first = t->steps.n;

	if (c->tree.n == 0)
		return 0;
	parents_of(t->h, c, &parents);
	t->commit = at;
	t->entries = 0;
	if (parents.n == 0)
		return trace_trees(t, tree, NULL, err);
	for (size_t i = 0; i < parents.n; i++) {
		if (trace_trees(t, tree, parents.p[i], err) != 0)
			return -1;
	}
	if (parents.n > 1)
		merge_steps(t, first, parents.n);
	return 0;
}

static int trace_begin(struct job *job, void *arg, struct err *err)
{
	return history_reader_begin(job, arg, err);
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
	    .begin = trace_begin,
	    .item = trace_item,
	    .end = history_reader_end,
	    .reply = take_traced};

	return scan_items(h->scan, STAGE_SECRETS, &work, err);
}
