/*
 * What came first, what is still there, and what leads to it: over the graph of commits as
 * the probe gave it. Tags are in it as children of what they name.
 */
#include "engine/history.h"

#include <stdlib.h>

enum { REACH_NOT, REACH_LOG, REACH_REF, TIPS_MAX = 2000 };

struct order {
	struct repo_history *h;
	struct arena *arena;
	uint32_t n;
	uint32_t *parent_first; /* n + 1 */
	uint32_t *parents;
	uint32_t *generation; /* the longest way from one without parents */
	uint32_t *by_rank;
	unsigned char *reach;
	bool narrow;		  /* not all commits are in view … */
	bool *in_view;		  /* … but these */
	uint32_t *ref_of;	  /* the first of `tips` that leads to it */
	struct history_ref *tips; /* refs with an id, HEAD's first */
	uint32_t *tip_commit;	  /* HISTORY_NONE: none */
	size_t n_tips;
};

static uint32_t find_commit(const struct repo_history *h, struct str id)
{
	const struct history_commit *c = map_get(&h->commit_at, id);

	return c ? (uint32_t)(c - h->commits.p) : HISTORY_NONE;
}

/* ---- the graph ---- */

static int list_parents(struct order *o, struct err *err)
{
	const struct repo_history *h = o->h;
	size_t id_bytes = h->store->id_bytes, total = 0;

	for (uint32_t i = 0; i < o->n; i++)
		total += h->commits.p[i].parents.n / id_bytes;
	o->parent_first = arena_array(o->arena, (size_t)o->n + 1, sizeof *o->parent_first);
	o->parents = arena_array(o->arena, total + 1, sizeof *o->parents);
	if (!o->parent_first || !o->parents || total >= UINT32_MAX)
		return arena_err(o->arena, err);
	total = 0;
	for (uint32_t i = 0; i < o->n; i++) {
		struct str parents = h->commits.p[i].parents;

		o->parent_first[i] = (uint32_t)total;
		for (size_t at = 0; at < parents.n; at += id_bytes) {
			uint32_t parent = find_commit(h, str_sub(parents, at, id_bytes));

			if (parent != HISTORY_NONE)
				o->parents[total++] = parent;
		}
	}
	o->parent_first[o->n] = (uint32_t)total;
	return 0;
}

/* Parents before children, without recursion. No circle can be made of hashes that are right; one
 * that is claimed is cut. */
static int find_generations(struct order *o, struct err *err)
{
	uint32_t *stack = arena_array(o->arena, (size_t)o->n + 1, sizeof *stack);
	uint32_t *next = arena_array(o->arena, (size_t)o->n + 1, sizeof *next);
	size_t depth = 0;

	o->generation = arena_array(o->arena, (size_t)o->n + 1, sizeof *o->generation);
	if (!stack || !next || !o->generation)
		return arena_err(o->arena, err);
	for (uint32_t start = 0; start < o->n; start++) {
		if (o->generation[start] == 0 && next[start] == 0)
			stack[depth++] = start;
		while (depth > 0) {
			uint32_t c = stack[depth - 1],
				 n = o->parent_first[c + 1] - o->parent_first[c];

			if (next[c] < n) {
				uint32_t p = o->parents[o->parent_first[c] + next[c]++];

				if (o->generation[p] == 0 && next[p] == 0)
					stack[depth++] = p;
				continue;
			}
			o->generation[c] = 1;
			for (uint32_t i = 0; i < n; i++)
				o->generation[c] = MAX_OF(o->generation[c],
				    o->generation[o->parents[o->parent_first[c] + i]] + 1);
			depth--;
		}
	}
	return 0;
}

/* The generation, then where the commits stand, which are sorted by time and id. */
static int rank_commits(struct order *o, struct err *err)
{
	uint32_t *count, most = 0;

	for (uint32_t i = 0; i < o->n; i++)
		most = MAX_OF(most, o->generation[i]);
	count = arena_array(o->arena, (size_t)most + 2, sizeof *count);
	o->by_rank = arena_array(o->arena, (size_t)o->n + 1, sizeof *o->by_rank);
	o->h->rank = arena_array(&o->h->arena, (size_t)o->n + 1, sizeof *o->h->rank);
	if (!count || !o->by_rank || !o->h->rank)
		return arena_err(o->arena, err);
	for (uint32_t i = 0; i < o->n; i++)
		count[o->generation[i] + 1]++;
	for (uint32_t i = 0; i <= most; i++)
		count[i + 1] += count[i];
	for (uint32_t i = 0; i < o->n; i++) {
		o->h->rank[i] = count[o->generation[i]]++;
		o->by_rank[o->h->rank[i]] = i;
	}
	return 0;
}

/* ---- refs ---- */

static int ref_class(const struct history_ref *ref)
{
	static const struct str classes[] = {STR_INIT("refs/heads/"), STR_INIT("refs/remotes/"),
	    STR_INIT("refs/tags/"), STR_INIT("refs/")};

	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		if (str_starts(ref->name, classes[i]))
			return (int)i + 1;
	}
	return str_eq(ref->name, STR("HEAD")) ? 0 : (int)ARRAY_LEN(classes) + 1;
}

static int by_class(const void *a, const void *b)
{
	const struct history_ref *x = a, *y = b;
	int order = ref_class(x) - ref_class(y);

	return order != 0 ? order : str_cmp(x->name, y->name);
}

/* What HEAD names, or its id: that comes first. */
static struct str head_name(const struct repo_history *h)
{
	for (size_t i = 0; i < h->refs.n; i++) {
		if (str_eq(h->refs.p[i].name, STR("HEAD")))
			return h->refs.p[i].target.n > 0 ? h->refs.p[i].target : STR("HEAD");
	}
	return STR("HEAD");
}

static int list_tips(struct order *o, struct err *err)
{
	const struct repo_history *h = o->h;
	struct str head = head_name(h);
	size_t n = 0, first = 0;

	o->tips = arena_array(o->arena, h->refs.n + 1, sizeof *o->tips);
	o->tip_commit = arena_array(o->arena, h->refs.n + 1, sizeof *o->tip_commit);
	if (!o->tips || !o->tip_commit)
		return arena_err(o->arena, err);
	for (size_t i = 0; i < h->refs.n; i++) {
		if (h->refs.p[i].id.n > 0)
			o->tips[n++] = h->refs.p[i];
	}
	if (n > 1)
		qsort(o->tips, n, sizeof *o->tips, by_class);
	while (first < n && !str_eq(o->tips[first].name, head))
		first++;
	if (first < n) {
		struct history_ref ref = o->tips[first];

		memmove(&o->tips[1], &o->tips[0], first * sizeof *o->tips);
		o->tips[0] = ref;
	}
	for (size_t i = 0; i < n; i++) {
		struct history_tip tip = {o->tips[i].name, find_commit(h, o->tips[i].id)};

		o->tip_commit[i] = tip.commit;
		if (tip.commit != HISTORY_NONE && o->h->tips.n < TIPS_MAX)
			vec_push(&o->h->tips, &o->h->arena, tip);
	}
	o->n_tips = n;
	return arena_check(&o->h->arena, err);
}

static void spread(
    struct order *o, uint32_t from, unsigned char reach, uint32_t ref, uint32_t *stack)
{
	size_t depth = 0;

	if (from == HISTORY_NONE || o->reach[from] >= reach)
		return;
	o->reach[from] = reach;
	o->ref_of[from] = ref;
	stack[depth++] = from;
	while (depth > 0) {
		uint32_t c = stack[--depth];

		for (uint32_t i = o->parent_first[c]; i < o->parent_first[c + 1]; i++) {
			uint32_t p = o->parents[i];

			if (o->reach[p] >= reach)
				continue;
			o->reach[p] = reach;
			o->ref_of[p] = ref;
			stack[depth++] = p;
		}
	}
}

static int find_reach(struct order *o, struct err *err)
{
	uint32_t *stack = arena_array(o->arena, (size_t)o->n + 1, sizeof *stack);

	o->reach = arena_array(o->arena, (size_t)o->n + 1, sizeof *o->reach);
	o->ref_of = arena_array(o->arena, (size_t)o->n + 1, sizeof *o->ref_of);
	if (!stack || !o->reach || !o->ref_of)
		return arena_err(o->arena, err);
	for (uint32_t i = 0; i < o->n; i++)
		o->ref_of[i] = HISTORY_NONE;
	for (size_t i = 0; i < o->n_tips; i++)
		spread(o, o->tip_commit[i], REACH_REF, (uint32_t)i, stack);
	for (size_t i = 0; i < o->h->logged.n; i++)
		spread(o, find_commit(o->h, o->h->logged.p[i].id), REACH_LOG, HISTORY_NONE, stack);
	return 0;
}

/* ---- what is in view ---- */

static bool names_branch(const struct order *o, size_t tip)
{
	static const char *const where[] = {"", "refs/heads/", "refs/remotes/", "refs/tags/"};
	struct str name = o->tips[tip].name, branch = o->h->view->branch;

	for (size_t i = 0; i < ARRAY_LEN(where); i++) {
		struct str before = str_of(where[i]);

		if (name.n == before.n + branch.n && str_starts(name, before) &&
		    str_ends(name, branch))
			return true;
	}
	/* HEAD's branch comes first. */
	return tip == 0 && str_eq(branch, STR("HEAD"));
}

/* Adds a commit to those that are gone through next, and counts how far from the refs it is. */
static void enter(
    struct order *o, uint32_t commit, uint32_t depth, uint32_t *queue, uint32_t *depths, size_t *n)
{
	uint32_t most = o->h->view->max_depth;

	if (commit == HISTORY_NONE || o->in_view[commit] || (most > 0 && depth >= most))
		return;
	o->in_view[commit] = true;
	depths[commit] = depth;
	queue[(*n)++] = commit;
}

static int find_view(struct order *o, struct err *err)
{
	const struct history_view *view = o->h->view;
	uint32_t *queue = arena_array(o->arena, (size_t)o->n + 1, sizeof *queue);
	uint32_t *depths = arena_array(o->arena, (size_t)o->n + 1, sizeof *depths);
	size_t n = 0;

	o->narrow = view->branch.n > 0 || view->since_ms > 0 || view->max_depth > 0;
	o->in_view = arena_array(o->arena, (size_t)o->n + 1, sizeof *o->in_view);
	if (!queue || !depths || !o->in_view)
		return arena_err(o->arena, err);
	for (size_t i = 0; i < o->n_tips; i++) {
		if (view->branch.n == 0 || names_branch(o, i))
			enter(o, o->tip_commit[i], 0, queue, depths, &n);
	}
	if (view->branch.n > 0 && n == 0)
		return err_set(err, ERR_NOT_FOUND, "no branch, tag or ref is named " STR_FMT,
		    STR_ARG(view->branch));
	for (size_t at = 0; at < n; at++) {
		for (uint32_t i = o->parent_first[queue[at]]; i < o->parent_first[queue[at] + 1];
		    i++)
			enter(o, o->parents[i], depths[queue[at]] + 1, queue, depths, &n);
	}
	for (uint32_t i = 0; i < o->n; i++) {
		int64_t time = (int64_t)MIN_OF(o->h->commits.p[i].time, (uint64_t)INT64_MAX / 1000);

		o->in_view[i] = !o->narrow || (o->in_view[i] && time * 1000 >= view->since_ms);
	}
	return 0;
}

/* ---- units ---- */

static const char *reach_word(unsigned char reach)
{
	if (reach == REACH_REF)
		return "reachable";
	return reach == REACH_LOG ? "reflog" : "unreachable";
}

static struct str ref_name(const struct order *o, uint32_t tip)
{
	return tip == HISTORY_NONE ? STR_NONE : o->tips[tip].name;
}

static int by_path_and_rank(const void *a, const void *b, void *arg)
{
	const struct history_step *x = a, *y = b;
	const uint32_t *rank = arg;
	int order = str_cmp(x->path, y->path);

	if (order == 0 && x->object != y->object)
		order = x->object < y->object ? -1 : 1;
	if (order == 0 && x->commit != y->commit)
		order = rank[x->commit] < rank[y->commit] ? -1 : 1;
	return order != 0 ? order : (int)x->gone - (int)y->gone;
}

/* The steps of one object at one path. */
static void add_unit(struct order *o, const struct history_step *steps, size_t n)
{
	struct repo_history *h = o->h;
	struct history_unit unit = {.object = steps[0].object,
	    .path = steps[0].path,
	    .commit = HISTORY_NONE,
	    .removed = HISTORY_NONE};

	/* The first, of those that most leads to: one that nothing leads to may be older. */
	for (size_t i = 0; i < n; i++) {
		uint32_t commit = steps[i].commit;

		if (!steps[i].gone && o->in_view[commit] &&
		    (unit.commit == HISTORY_NONE || o->reach[commit] > o->reach[unit.commit]))
			unit.commit = commit;
	}
	if (unit.commit == HISTORY_NONE && o->narrow)
		return;
	for (size_t i = 0; i < n; i++) {
		if (steps[i].gone && unit.commit != HISTORY_NONE &&
		    o->reach[steps[i].commit] >= o->reach[unit.commit])
			unit.removed = steps[i].commit;
	}
	if (unit.commit != HISTORY_NONE) {
		unit.reach = reach_word(o->reach[unit.commit]);
		unit.ref = ref_name(o, o->ref_of[unit.commit]);
	}
	vec_push(&h->units, &h->arena, unit);
}

static int list_units(struct order *o, struct err *err)
{
	struct repo_history *h = o->h;

	if (h->steps.n > 1)
		qsort_r(h->steps.p, h->steps.n, sizeof *h->steps.p, by_path_and_rank, h->rank);
	for (size_t i = 0, end; i < h->steps.n; i = end) {
		const struct history_step *first = &h->steps.p[i];

		for (end = i; end < h->steps.n && h->steps.p[end].object == first->object &&
			      str_eq(h->steps.p[end].path, first->path);)
			end++;
		add_unit(o, first, end - i);
	}
	h->n_placed = h->units.n;
	return arena_check(&h->arena, err);
}

/* A commit or tag whose own text has something, or an object that no commit has at a path. */
static struct history_unit alone(const struct order *o, uint32_t object)
{
	const struct repo_history *h = o->h;
	struct str id = h->objects.p[object].id;
	struct history_unit unit = {.object = object,
	    .commit = HISTORY_NONE,
	    .removed = HISTORY_NONE,
	    .reach = "unreachable"};
	uint32_t node = find_commit(h, id);

	for (size_t i = 0; i < h->staged.n; i++) {
		if (!str_eq(h->staged.p[i].id, id))
			continue;
		unit.path = h->staged.p[i].name;
		unit.reach = "index";
	}
	if (node != HISTORY_NONE) {
		unit.commit = h->objects.p[object].type == GIT_COMMIT ? node : HISTORY_NONE;
		unit.reach = reach_word(o->reach[node]);
		unit.ref = ref_name(o, o->ref_of[node]);
	}
	for (size_t i = o->n_tips; i-- > 0;) {
		if (str_eq(o->tips[i].id, id)) {
			unit.ref = o->tips[i].name;
			unit.reach = "reachable";
		}
	}
	return unit;
}

/* What an annotated tag names and is no commit. */
static void find_tagged(const struct order *o, struct history_unit *unit)
{
	const struct repo_history *h = o->h;

	struct str id = h->objects.p[unit->object].id;

	/* Tags have no time, so they are the first. */
	for (uint32_t i = 0; i < o->n && h->commits.p[i].time == 0; i++) {
		const struct history_commit *c = &h->commits.p[i];

		if (!str_eq(c->parents, id) && !str_eq(c->tree, id))
			continue;
		unit->reach = reach_word(o->reach[i]);
		unit->ref = ref_name(o, o->ref_of[i]);
	}
}

/* A commit or tag of its own. */
static bool is_in_view(const struct order *o, uint32_t object)
{
	uint32_t node = find_commit(o->h, o->h->objects.p[object].id);

	return node != HISTORY_NONE && o->in_view[node];
}

static int list_alone(struct order *o, struct err *err)
{
	struct repo_history *h = o->h;
	bool *placed = arena_array(o->arena, h->objects.n + 1, sizeof *placed);

	if (!placed)
		return arena_err(o->arena, err);
	for (size_t i = 0; i < h->units.n; i++)
		placed[h->units.p[i].object] |= h->units.p[i].commit != HISTORY_NONE;
	for (uint32_t i = 0; i < h->objects.n; i++) {
		struct history_unit unit;

		if (placed[i] || (o->narrow && !is_in_view(o, i)))
			continue;
		unit = alone(o, i);
		if (unit.commit == HISTORY_NONE && unit.ref.n == 0)
			find_tagged(o, &unit);
		vec_push(&h->units, &h->arena, unit);
	}
	return arena_check(&h->arena, err);
}

int history_order(struct repo_history *h, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct order o = {.h = h, .arena = &arena, .n = (uint32_t)h->commits.n};

	arena_init(&arena, h->scan->limits->scan_memory);
	if (list_parents(&o, err) != 0 || find_generations(&o, err) != 0 ||
	    rank_commits(&o, err) != 0 || list_tips(&o, err) != 0 || find_reach(&o, err) != 0 ||
	    find_view(&o, err) != 0 || list_units(&o, err) != 0)
		return -1;
	return list_alone(&o, err);
}
