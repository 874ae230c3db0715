#include "read/source/image/merged.h"

enum { LINK_HOPS = 40 }; /* as Linux has it */

void merged_init(struct merged *m, const struct limits *limits)
{
	size_t path_max = limits->path_bytes;

	*m = (struct merged){.limits = limits, .root.now.kind = MERGED_FOLDER};
	arena_init(&m->arena, limits->scan_memory);
	arena_init(&m->undo_arena, limits->scan_memory);
	map_init(&m->nodes, &m->arena);
	buf_init(&m->key, path_max + sizeof(uint64_t));
	buf_init(&m->path, path_max);
	for (size_t i = 0; i < ARRAY_LEN(m->splice); i++)
		buf_init(&m->splice[i], 2 * path_max + 2);
}

void merged_release(struct merged *m)
{
	for (size_t i = 0; i < m->nodes.n; i++) {
		struct merged_node *node = m->nodes.items[i].value;

		merged_body_drop(m, node->now.body);
	}
	for (struct merged_undo *u = m->undo; u; u = u->older)
		merged_body_drop(m, u->before.body);
	arena_release(&m->arena);
	arena_release(&m->undo_arena);
	buf_release(&m->key);
	buf_release(&m->path);
	for (size_t i = 0; i < ARRAY_LEN(m->splice); i++)
		buf_release(&m->splice[i]);
}

/* ---- bodies ---- */

int merged_body_new(struct merged *m, struct str path, uint64_t n, uint32_t mode,
    struct merged_body **ret, struct err *err)
{
	struct merged_body *body = calloc(1, sizeof *body);
	const struct limits *limits = m->limits;
	struct err why = ERR_INIT;

	if (!body)
		return err_nomem(err);
	*body = (struct merged_body){.refs = 1, .layer = m->layer, .mode = mode};
	body->path = arena_str(&m->arena, path);
	if (!body->path.p) {
		free(body);
		return arena_err(&m->arena, err);
	}
	if (n > limits->wanted_bytes) {
		(void)err_set(&why, ERR_LIMIT, "%llu bytes, but at most %zu are read",
		    (unsigned long long)n, limits->wanted_bytes);
	} else if (n > limits->scan_memory - m->body_bytes) {
		(void)err_set(&why, ERR_LIMIT,
		    "with this file more than %zu bytes would be kept at a time",
		    limits->scan_memory);
	} else {
		body->bytes = malloc(n > 0 ? (size_t)n : 1);
		if (!body->bytes)
			(void)err_nomem(&why);
	}
	if (!body->bytes) {
		body->why = arena_new(&m->arena, struct err);
		if (!body->why) {
			free(body);
			return arena_err(&m->arena, err);
		}
		*body->why = why;
	}
	body->n = body->bytes ? (size_t)n : 0;
	m->body_bytes += body->n;
	*ret = body;
	return 0;
}

void merged_body_drop(struct merged *m, struct merged_body *body)
{
	if (!body || --body->refs > 0)
		return;
	m->body_bytes -= body->n;
	free(body->bytes);
	free(body);
}

/* ---- nodes ---- */

static struct str make_key(struct merged *m, const struct merged_node *parent, struct str name)
{
	buf_clear(&m->key);
	buf_add(&m->key, str_make((const char *)&parent->id, sizeof parent->id));
	buf_add(&m->key, name);
	return buf_str(&m->key);
}

static struct merged_node *child_of(
    struct merged *m, const struct merged_node *parent, struct str name)
{
	struct merged_node *child;

	if (!parent->children)
		return NULL;
	child = map_get(&m->nodes, make_key(m, parent, name));
	return child && child->now.kind != MERGED_GONE ? child : NULL;
}

/* The node of that name, gone or not. */
static struct merged_node *child_make(
    struct merged *m, struct merged_node *parent, struct str name, struct err *err)
{
	struct str key = make_key(m, parent, name);
	struct merged_node *child = map_get(&m->nodes, key);

	if (child)
		return child;
	child = arena_new(&m->arena, struct merged_node);
	key = arena_str(&m->arena, key);
	if (!child || !key.p) {
		(void)arena_err(&m->arena, err);
		return NULL;
	}
	child->id = m->nodes.n + 1;
	child->name = str_sub(key, sizeof parent->id, name.n);
	child->parent = parent;
	if (!map_put(&m->nodes, key, child)) {
		(void)arena_err(&m->arena, err);
		return NULL;
	}
	return child;
}

static void join(struct merged_node *node)
{
	struct merged_node *parent = node->parent;

	node->previous = NULL;
	node->next = parent->children;
	if (node->next)
		node->next->previous = node;
	parent->children = node;
}

static void leave(struct merged_node *node)
{
	if (node->previous)
		node->previous->next = node->next;
	else
		node->parent->children = node->next;
	if (node->next)
		node->next->previous = node->previous;
	node->next = node->previous = NULL;
}

static void become(struct merged_node *node, const struct merged_state *state)
{
	bool was = node->now.kind != MERGED_GONE, is = state->kind != MERGED_GONE;

	node->now = *state;
	if (node->parent && is && !was)
		join(node);
	if (node->parent && was && !is)
		leave(node);
}

static int set_state(
    struct merged *m, struct merged_node *node, const struct merged_state *state, struct err *err)
{
	struct merged_undo *undo = arena_new(&m->undo_arena, struct merged_undo);

	if (!undo)
		return arena_err(&m->undo_arena, err);
	*undo = (struct merged_undo){m->undo, node, node->now};
	m->undo = undo;
	if (state->body)
		state->body->refs++;
	become(node, state);
	return 0;
}

void merged_begin(struct merged *m, size_t layer)
{
	m->layer = layer;
}

void merged_commit(struct merged *m)
{
	for (struct merged_undo *u = m->undo; u; u = u->older)
		merged_body_drop(m, u->before.body);
	m->undo = NULL;
	arena_clear(&m->undo_arena);
}

void merged_rollback(struct merged *m)
{
	for (struct merged_undo *u = m->undo; u; u = u->older) {
		struct merged_body *body = u->node->now.body;

		become(u->node, &u->before);
		merged_body_drop(m, body);
	}
	m->undo = NULL;
	arena_clear(&m->undo_arena);
}

/* ---- paths ---- */

struct resolving {
	struct merged_node *node; /* the last that is kept */
	size_t missing;		  /* names behind it that are not */
	unsigned depth, hops;
	struct str rest;
};

static void go_up(struct merged *m, struct resolving *r)
{
	size_t slash = str_rchr(buf_str(&m->path), '/');

	if (r->depth == 0)
		return;
	r->depth--;
	m->path.n = slash == STR_NPOS ? 0 : slash;
	if (r->missing > 0)
		r->missing--;
	else
		r->node = r->node->parent;
}

static int go_down(struct merged *m, struct resolving *r, struct str name,
    struct merged_node *child, struct err *err)
{
	if (m->path.n > 0)
		buf_addc(&m->path, '/');
	buf_add(&m->path, name);
	if (!buf_ok(&m->path) || ++r->depth > m->limits->path_depth)
		return err_set(err, ERR_LIMIT,
		    "its links lead to a path that is longer or deeper than allowed");
	if (child)
		r->node = child;
	else
		r->missing++;
	return 0;
}

static int go_along(
    struct merged *m, struct resolving *r, const struct merged_node *link, struct err *err)
{
	struct buf *splice = &m->splice[r->hops % 2];

	if (++r->hops > LINK_HOPS)
		return err_set(err, ERR_LIMIT, "its links go round in circles, or on for too long");
	buf_clear(splice);
	buf_add(splice, link->now.link);
	buf_addc(splice, '/');
	buf_add(splice, r->rest);
	if (!buf_ok(splice))
		return err_set(
		    err, ERR_LIMIT, "its links lead to a path that is longer than allowed");
	r->rest = buf_str(splice);
	if (str_starts(r->rest, STR("/"))) {
		buf_clear(&m->path);
		r->node = &m->root;
		r->missing = r->depth = 0;
	}
	return 0;
}

int merged_resolve(
    struct merged *m, struct str path, bool follow_last, struct merged_at *ret, struct err *err)
{
	struct resolving r = {.node = &m->root, .rest = path};
	struct str name;

	buf_clear(&m->path);
	while (str_cut(&r.rest, '/', &name)) {
		struct merged_node *child;
		int result;

		if (name.n == 0 || str_eq(name, STR(".")))
			continue;
		if (str_eq(name, STR(".."))) {
			go_up(m, &r);
			continue;
		}
		child = r.missing > 0 ? NULL : child_of(m, r.node, name);
		if (child && child->now.kind == MERGED_LINK && (follow_last || r.rest.n > 0))
			result = go_along(m, &r, child, err);
		else
			result = go_down(m, &r, name, child, err);
		if (result != 0)
			return -1;
	}
	*ret = (struct merged_at){buf_str(&m->path), r.missing > 0 ? NULL : r.node};
	return 0;
}

int merged_path(struct merged *m, const struct merged_node *node, struct str *ret, struct err *err)
{
	size_t n = 0;
	char *p;

	for (const struct merged_node *at = node; at->parent; at = at->parent)
		n += at->name.n + 1;
	p = arena_alloc(&m->arena, n);
	if (!p)
		return arena_err(&m->arena, err);
	*ret = str_make(p, n > 0 ? n - 1 : 0);
	for (const struct merged_node *at = node; at->parent; at = at->parent) {
		n -= at->name.n + 1;
		memcpy(p + n, at->name.p, at->name.n);
		if (n > 0)
			p[n - 1] = '/';
	}
	return 0;
}

/* ---- changes ---- */

/* As deep as limits->path_depth. */
int merged_remove(struct merged *m, struct merged_node *node, struct err *err)
{
	static const struct merged_state gone = {.kind = MERGED_GONE};

	while (node->children) {
		if (merged_remove(m, node->children, err) != 0)
			return -1;
	}
	return set_state(m, node, &gone, err);
}

/* A folder that the layer at hand has a part in. */
static int own_folder(struct merged *m, struct merged_node *node, struct err *err)
{
	struct merged_state folder = {.kind = MERGED_FOLDER, .layer = m->layer};

	if (node->now.kind == MERGED_FOLDER && node->now.layer == m->layer)
		return 0;
	return set_state(m, node, &folder, err);
}

int merged_put(struct merged *m, struct str path, const struct merged_state *state, struct err *err)
{
	struct merged_state own = *state;
	struct merged_node *node = &m->root;
	struct str rest = path, name;

	own.layer = m->layer;
	while (str_cut(&rest, '/', &name)) {
		if (own_folder(m, node, err) != 0)
			return -1;
		node = child_make(m, node, name, err);
		if (!node)
			return -1;
	}
	while (node->children) {
		if (merged_remove(m, node->children, err) != 0)
			return -1;
	}
	return set_state(m, node, &own, err);
}

int merged_folder(struct merged *m, struct merged_node *node, struct err *err)
{
	if (node->now.kind == MERGED_FOLDER)
		return own_folder(m, node, err);
	return merged_remove(m, node, err);
}

static int clear_lower(struct merged *m, struct merged_node *folder, struct err *err)
{
	struct merged_node *next;

	if (folder->cleared_by == m->layer + 1)
		return 0;
	folder->cleared_by = m->layer + 1;
	for (struct merged_node *child = folder->children; child; child = next) {
		int result;

		next = child->next;
		/* Nothing in a folder is of a later layer than the folder. */
		if (child->now.layer < m->layer)
			result = merged_remove(m, child, err);
		else
			result = clear_lower(m, child, err);
		if (result != 0)
			return -1;
	}
	return 0;
}

int merged_white_out(struct merged *m, struct merged_node *node, struct err *err)
{
	if (node->now.layer < m->layer)
		return merged_remove(m, node, err);
	return clear_lower(m, node, err);
}

int merged_opaque(struct merged *m, struct merged_node *folder, struct err *err)
{
	return clear_lower(m, folder, err);
}
