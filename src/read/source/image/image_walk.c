#include "read/source/image/image_walk.h"

#include <stdlib.h>

/* The first pass, and further ones for files that turned out to be behind links. */
enum { PASSES_MAX = 4 };

int walk_fatal(struct walk *w)
{
	w->is_fatal = true;
	return -1;
}

struct unit walk_unit(const struct walk *w, size_t layer, struct str path, uint32_t mode)
{
	return (struct unit){
	    .origin = {.path = path,
		.layer = w->image->layers[layer].digest,
		.instruction = w->instructions[layer]},
	    .mode = mode,
	};
}

/* ---- one pass over the layers ---- */

/* What lower layers had of what this one changed: the oldest state of each node, as far as it is
 * not this layer's own. */
static int give_gone(struct walk *w, struct err *err)
{
	const struct image_visitor *v = w->visitor;

	for (const struct merged_undo *u = w->merged.undo; u; u = u->older) {
		const struct merged_body *body = u->before.body;
		struct image_file f;
		struct unit unit;

		if (u->before.kind != MERGED_FILE || !u->before.wanted || !body ||
		    (!body->bytes && !body->md5) || u->before.layer == w->layer_index)
			continue;
		f = (struct image_file){.kind = TAR_FILE,
		    .mode = body->mode,
		    .size = body->n,
		    .layer = &w->image->layers[body->layer],
		    .layer_index = body->layer,
		    .is_last = true,
		    .md5 = body->md5};
		if (merged_path(&w->merged, u->node, &f.path, err) != 0)
			return -1;
		unit = walk_unit(w, body->layer, f.path, body->mode);
		unit.bytes = str_make(body->bytes, body->n);
		if (v->gone(v->arg, &unit, &f, w->layer_index, err) != 0)
			return -1;
	}
	return 0;
}

static int one_layer(struct walk *w, struct err *err)
{
	const struct image_visitor *v = w->visitor;
	struct err why = ERR_INIT;

	w->entry_problems = 0;
	merged_begin(&w->merged, w->layer_index);
	if (layer_read(w, &why) == 0) {
		if (w->is_first_pass && v->gone && give_gone(w, err) != 0)
			return -1;
		merged_commit(&w->merged);
	} else if (w->is_fatal) {
		*err = why;
		return -1;
	} else {
		merged_rollback(&w->merged);
		w->failed[w->layer_index] = true;
		if (v->problem &&
		    v->problem(v->arg, &w->image->layers[w->layer_index], STR_NONE, &why, err) != 0)
			return -1;
	}
	if (!w->is_first_pass || !v->layer_end)
		return 0;
	return v->layer_end(
	    v->arg, &w->image->layers[w->layer_index], !w->failed[w->layer_index], err);
}

static int one_pass(struct walk *w, struct err *err)
{
	w->image_left = w->limits->image_bytes;
	for (w->layer_index = 0; w->layer_index < w->image->n_layers; w->layer_index++) {
		if (!w->failed[w->layer_index] && one_layer(w, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- what a further pass has to keep ---- */

static int need(struct walk *w, struct str path, struct err *err)
{
	struct str kept;

	if (map_has(&w->extra, path) || map_has(&w->named, path))
		return 0;
	kept = arena_str(&w->arena, path);
	map_put(&w->extra, kept, w);
	return arena_check(&w->arena, err);
}

/* The file that a wanted path leads to may not have been kept. */
static int need_behind(struct walk *w, struct str path, struct err *err)
{
	struct err why = ERR_INIT;
	struct merged_at at;

	if (merged_resolve(&w->merged, path, true, &at, &why) != 0)
		return 0;
	if (!at.node)
		return need(w, at.path, err);
	if (at.node->now.kind == MERGED_FILE && !at.node->now.body)
		return need(w, at.node->now.link, err);
	return 0;
}

/* *ret_paths: of the wanted nodes, in the order of items. */
struct wanted_file {
	struct str path;
	const struct merged_node *node;
};
struct wanted_list {
	struct wanted_file *p;
	size_t n;
};

static int by_path(const void *a, const void *b)
{
	return str_cmp(
	    ((const struct wanted_file *)a)->path, ((const struct wanted_file *)b)->path);
}

static int list_wanted(struct walk *w, struct wanted_list *ret, struct err *err)
{
	const struct map *nodes = &w->merged.nodes;
	struct wanted_list list = {0};

	for (size_t i = 0; i < nodes->n; i++) {
		const struct merged_node *node = nodes->items[i].value;

		list.n += node->now.kind != MERGED_GONE && node->now.wanted;
	}
	list.p = arena_array(&w->merged.arena, list.n, sizeof *list.p);
	if (!list.p)
		return arena_err(&w->merged.arena, err);
	list.n = 0;
	for (size_t i = 0; i < nodes->n; i++) {
		const struct merged_node *node = nodes->items[i].value;

		if (node->now.kind == MERGED_GONE || !node->now.wanted)
			continue;
		if (merged_path(&w->merged, node, &list.p[list.n].path, err) != 0)
			return -1;
		list.p[list.n++].node = node;
	}
	if (list.n > 0)
		qsort(list.p, list.n, sizeof *list.p, by_path);
	*ret = list;
	return 0;
}

/* *ret_again: whether a further pass will find more. */
static int find_needs(
    struct walk *w, const struct wanted_list *wanted, bool *ret_again, struct err *err)
{
	size_t before = w->extra.n;

	for (size_t i = 0; i < wanted->n; i++) {
		const struct merged_state *now = &wanted->p[i].node->now;

		if (now->kind == MERGED_FILE && now->body)
			continue;
		if (need_behind(w, wanted->p[i].path, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < w->visitor->n_paths; i++) {
		if (need_behind(w, w->visitor->paths[i], err) != 0)
			return -1;
	}
	*ret_again = w->extra.n > before;
	return 0;
}

/* ---- what is left in the end ---- */

static int give_problem(
    struct walk *w, struct str path, size_t layer, const struct err *why, struct err *err)
{
	const struct image_visitor *v = w->visitor;

	return v->problem ? v->problem(v->arg, &w->image->layers[layer], path, why, err) : 0;
}

static int give_file(
    struct walk *w, struct str path, const struct merged_state *file, struct err *err)
{
	const struct merged_body *body = file->body;
	struct err why = ERR_INIT;
	struct image_file f;
	struct unit unit;

	if (!body) {
		(void)err_set(&why, ERR_FORMAT, "a hard link to " STR_FMT ", which is not there",
		    STR_ARG(file->link));
		return give_problem(w, path, file->layer, &why, err);
	}
	if (body->why)
		return give_problem(w, path, body->layer, body->why, err);
	f = (struct image_file){
	    .path = body->path,
	    .kind = TAR_FILE,
	    .mode = body->mode,
	    .size = body->n,
	    .layer = &w->image->layers[body->layer],
	    .layer_index = body->layer,
	    .is_last = true,
	    .md5 = body->md5,
	};
	unit = walk_unit(w, body->layer, path, body->mode);
	unit.bytes = str_make(body->bytes, body->n);
	return w->visitor->merged(w->visitor->arg, &unit, &f, err);
}

/* A path whose links go round in circles, or end nowhere, is one that nobody can read. */
static int give_behind(struct walk *w, struct str path, struct err *err)
{
	struct err why = ERR_INIT;
	struct merged_at at;

	if (merged_resolve(&w->merged, path, true, &at, &why) != 0 || !at.node ||
	    at.node->now.kind != MERGED_FILE)
		return 0;
	return give_file(w, path, &at.node->now, err);
}

static bool is_given(struct walk *w, struct str path)
{
	struct err why = ERR_INIT;
	struct merged_at at;

	return merged_resolve(&w->merged, path, false, &at, &why) == 0 && at.node &&
	       at.node->now.wanted && str_eq(at.path, path);
}

static int give_all(struct walk *w, const struct wanted_list *wanted, struct err *err)
{
	for (size_t i = 0; i < wanted->n; i++) {
		if (give_behind(w, wanted->p[i].path, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < w->visitor->n_paths; i++) {
		struct str path = w->visitor->paths[i];

		if (!is_given(w, path) && give_behind(w, path, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- the walk ---- */

static int walk_init(struct walk *w, struct err *err)
{
	size_t n = w->image->n_layers;

	arena_init(&w->arena, w->limits->scan_memory);
	map_init(&w->named, &w->arena);
	map_init(&w->extra, &w->arena);
	buf_init(&w->path, 2 * w->limits->path_bytes);
	merged_init(&w->merged, w->limits);
	w->instructions = arena_array(&w->arena, n, sizeof *w->instructions);
	w->failed = arena_array(&w->arena, n, sizeof *w->failed);
	if (!w->instructions || !w->failed)
		return arena_err(&w->arena, err);
	for (size_t i = 0; i < n; i++)
		w->instructions[i] = image_layer_instruction(&w->image->layers[i], &w->arena);
	for (size_t i = 0; i < w->visitor->n_paths; i++)
		map_put(&w->named, w->visitor->paths[i], w);
	return arena_check(&w->arena, err);
}

static int walk_all(struct walk *w, struct err *err)
{
	bool again = true;

	for (int pass = 0;; pass++) {
		struct wanted_list wanted = {0};

		w->is_first_pass = pass == 0;
		if (one_pass(w, err) != 0)
			return -1;
		if (!w->visitor->merged)
			return 0;
		if (list_wanted(w, &wanted, err) != 0 || find_needs(w, &wanted, &again, err) != 0)
			return -1;
		if (!again || pass + 1 == PASSES_MAX)
			return give_all(w, &wanted, err);
		merged_release(&w->merged);
		merged_init(&w->merged, w->limits);
	}
}

int image_walk(struct image *image, const struct limits *limits,
    const struct image_visitor *visitor, struct err *err)
{
	struct walk w = {.image = image, .limits = limits, .visitor = visitor};
	int result = walk_init(&w, err);

	if (result == 0)
		result = walk_all(&w, err);
	merged_release(&w.merged);
	buf_release(&w.path);
	arena_release(&w.arena);
	free(w.piece);
	return result;
}
