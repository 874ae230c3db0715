/*
 * One walk serves both: a tree is walked together with the trees that stand at the same
 * path in others (a commit's parents, and the bases of a range). What any of them holds
 * is known and left out; without others, that is nothing.
 */
#include "read/source/git/git_walk.h"

#include "base/buf.h"
#include "read/source/git/cache.h"

/* A commit has this many entries and so many times as many as its folders have, each counted once:
 * a bomb. */
enum { GIT_BOMB_LEAST = 10000, GIT_BOMB_RATIO = 16 };

#define NAMES_KEPT_BYTES MIB(64)

struct walker {
	struct git_walk *walk;
	struct git_cache cache;
	struct git_oid commit;
	struct buf path;
	size_t n_parents;   /* of the trees that a commit is compared with, the first ones */
	struct map quiet;   /* folders in which there is nothing: ids of it and of its others */
	struct map walked;  /* ids of folders to the mark of the last commit they were walked in */
	struct arena names; /* of both */
	void *mark;	    /* of this commit */
	size_t distinct;    /* entries of this commit's folders, each folder counted once */
	uint64_t n_told;    /* entries that were not quiet, and problems: grows only */
	struct git_old *olds; /* of one entry at a time */
	size_t olds_cap;
	size_t entries; /* looked at, of this commit */
	size_t depth;
	bool full;
	struct err *err;
};

/* The trees at this path in the others; ids are borrowed. */
struct other {
	const struct git_oid *oid;
	size_t tree; /* which of them */
};

struct others {
	struct other *p;
	size_t n;
};

/* The same, read. */
struct tree_side {
	const struct git_tree *tree;
	size_t which;
};

struct sides {
	struct tree_side *p;
	size_t n;
};

static void walker_release(struct walker *w)
{
	git_cache_release(&w->cache);
	buf_release(&w->path);
	arena_release(&w->names);
}

static void walker_init(struct walker *w, struct git_walk *walk, size_t hex_digits, struct err *err)
{
	*w = (struct walker){.walk = walk, .err = err};
	git_cache_init(&w->cache, walk, hex_digits);
	buf_init(&w->path, walk->limits->path_bytes + 2);
	arena_init(&w->names, walk->limits->scan_memory);
	map_init(&w->quiet, &w->names);
	map_init(&w->walked, &w->names);
}

static struct place place_here(const struct walker *w)
{
	return (struct place){
	    .origin = {.path = buf_str(&w->path), .commit = git_oid_str(&w->commit)}};
}

static int tell(struct walker *w, enum err_code code, const char *message)
{
	struct place place = place_here(w);

	w->n_told++;
	return git_cache_tell(&w->cache, code, str_of(message), &place, w->err);
}

/* ---- one entry ---- */

static int tell_flaws(struct walker *w, unsigned flaws)
{
	if ((flaws & GIT_FLAW_NAME) &&
	    tell(w, ERR_FORMAT,
		"a name that git refuses (\"..\", \".git\", or with a slash in it): it was read, but "
		"must not be checked out"))
		return -1;
	if ((flaws & GIT_FLAW_DUPLICATE) &&
	    tell(w, ERR_FORMAT, "two entries of one folder have this name: both were read"))
		return -1;
	if ((flaws & GIT_FLAW_MODE) &&
	    tell(w, ERR_FORMAT, "a file mode that git does not write: it was read as a file"))
		return -1;
	return 0;
}

/* The files at this entry's name in the others. */
static int find_olds(struct walker *w, const struct git_tree_entry *e, const struct sides *sides,
    struct git_entry *entry)
{
	if (sides->n > w->olds_cap) {
		w->olds = arena_array(w->walk->arena, sides->n, sizeof *w->olds);
		if (!w->olds)
			return arena_err(w->walk->arena, w->err);
		w->olds_cap = sides->n;
	}
	for (size_t i = 0; i < sides->n; i++) {
		const struct git_tree_entry *old = git_tree_get(sides->p[i].tree, e->name);
		enum git_kind kind = old ? git_mode_kind(old->mode) : GIT_KIND_TREE;

		if (kind == GIT_KIND_FILE || kind == GIT_KIND_LINK)
			w->olds[entry->n_olds++] =
			    (struct git_old){old->oid, sides->p[i].which >= w->n_parents};
	}
	entry->olds = w->olds;
	return 0;
}

static int visit_blob(
    struct walker *w, const struct git_tree_entry *e, const struct sides *sides, bool hostile)
{
	struct git_entry entry = {.path = buf_str(&w->path),
	    .mode = e->mode,
	    .oid = e->oid,
	    .commit = w->commit,
	    .hostile = hostile};
	int result;

	if (sides->n > 0 && find_olds(w, e, sides, &entry))
		return -1;
	result = w->walk->visitor.entry(w->walk->visitor.arg, &entry, w->err);
	w->n_told += result != GIT_QUIET;
	return result < 0 ? -1 : 0;
}

static int tell_submodule(struct walker *w)
{
	struct not_covered gap = {.stage = w->walk->stage,
	    .kind = GAP_SUBMODULE,
	    .what = buf_str(&w->path),
	    .why = STR("a submodule: its content is in another repository")};

	w->n_told++;
	return sink_gap(w->walk->sink, &gap, w->err);
}

/* The folders that stand at this entry's name in the others' trees. */
static int others_below(
    struct walker *w, const struct sides *sides, struct str name, struct others *ret)
{
	struct others below = {.p = arena_array(&w->cache.arena, sides->n, sizeof *below.p)};

	if (!below.p)
		return arena_err(&w->cache.arena, w->err);
	for (size_t i = 0; i < sides->n; i++) {
		const struct git_tree_entry *e = git_tree_get(sides->p[i].tree, name);

		if (e && git_mode_kind(e->mode) == GIT_KIND_TREE)
			below.p[below.n++] = (struct other){&e->oid, sides->p[i].which};
	}
	*ret = below;
	return 0;
}

static int walk_folder(
    struct walker *w, const struct git_oid *oid, const struct others *others, bool hostile);

static int visit_folder(
    struct walker *w, const struct git_tree_entry *e, const struct sides *sides, bool hostile)
{
	struct others below;

	if (w->depth > w->walk->limits->path_depth)
		return tell(
		    w, ERR_LIMIT, "a folder inside more folders than are followed: not read");
	if (others_below(w, sides, e->name, &below))
		return -1;
	return walk_folder(w, &e->oid, &below, hostile);
}

static int visit(
    struct walker *w, const struct git_tree_entry *e, const struct sides *sides, bool hostile)
{
	hostile = hostile || (e->flaws & (GIT_FLAW_NAME | GIT_FLAW_DUPLICATE));
	if (e->flaws && tell_flaws(w, e->flaws))
		return -1;
	switch (git_mode_kind(e->mode)) {
	case GIT_KIND_TREE:
		return visit_folder(w, e, sides, hostile);
	case GIT_KIND_SUBMODULE:
		return tell_submodule(w);
	case GIT_KIND_FILE:
	case GIT_KIND_LINK:
	default:
		return visit_blob(w, e, sides, hostile);
	}
}

static int visit_named(
    struct walker *w, const struct git_tree_entry *e, const struct sides *sides, bool hostile)
{
	size_t before = w->path.n;
	int failed;

	if (++w->entries > w->walk->limits->tree_entries) {
		w->full = true;
		return tell(w, ERR_LIMIT,
		    "more files than one commit may have: those behind this one were not read");
	}
	/* A few small folders that name one another can stand for more files than there are bytes
	 * in the world. */
	if (w->entries > GIT_BOMB_LEAST &&
	    (w->entries - GIT_BOMB_LEAST) / GIT_BOMB_RATIO > w->distinct) {
		w->full = true;
		return tell(w, ERR_LIMIT,
		    "the same few folders stand in one another over and over: what is behind this "
		    "path was not read. Take them out of the commit");
	}
	if (before + e->name.n + 1 > w->walk->limits->path_bytes)
		return tell(w, ERR_LIMIT, "a path below here is longer than allowed: not read");
	if (before > 0)
		buf_addc(&w->path, '/');
	buf_add(&w->path, e->name);
	if (!buf_ok(&w->path))
		return buf_err(&w->path, "a path", w->err);
	failed = visit(w, e, sides, hostile);
	w->path.n = before;
	return failed;
}

/* ---- folders ---- */

static bool is_known(const struct git_tree_entry *e, const struct sides *sides)
{
	for (size_t i = 0; i < sides->n; i++) {
		if (git_tree_holds(sides->p[i].tree, e))
			return true;
	}
	return false;
}

/* The others' trees that can be read; one that cannot is a problem, and as if it were not there. */
static int load_others(struct walker *w, const struct others *others, struct sides *ret)
{
	struct sides sides = {.p = arena_array(&w->cache.arena, others->n, sizeof *sides.p)};
	struct place place = place_here(w);

	if (!sides.p)
		return arena_err(&w->cache.arena, w->err);
	for (size_t i = 0; i < others->n; i++) {
		struct tree_side *side = &sides.p[sides.n];

		if (git_cache_tree(&w->cache, others->p[i].oid, &place, &side->tree, w->err))
			return -1;
		side->which = others->p[i].tree;
		sides.n += side->tree != NULL;
	}
	*ret = sides;
	return 0;
}

static int walk_entries(
    struct walker *w, const struct git_tree *tree, const struct sides *sides, bool hostile)
{
	int failed = 0;

	w->depth++;
	for (size_t i = 0; i < tree->n && !failed && !w->full; i++) {
		if (!is_known(&tree->p[i], sides))
			failed = visit_named(w, &tree->p[i], sides, hostile);
	}
	w->depth--;
	return failed;
}

/* A folder beside the same others holds the same, wherever it stands. */
static int name_folder(
    struct walker *w, const struct git_oid *oid, const struct others *others, struct str *ret)
{
	struct buf key CLEANUP(buf_release) = BUF_INIT((others->n + 1) * (GIT_OID_HEX_MAX + 8));

	buf_add(&key, git_oid_str(oid));
	for (size_t i = 0; i < others->n; i++) {
		buf_addc(&key, others->p[i].tree < w->n_parents ? ' ' : '^');
		buf_add(&key, git_oid_str(others->p[i].oid));
	}
	if (!buf_ok(&key))
		return buf_err(&key, "a folder's ids", w->err);
	*ret = arena_str(&w->names, buf_str(&key));
	return ret->p ? 0 : arena_err(&w->names, w->err);
}

static int count_folder(
    struct walker *w, const struct git_oid *oid, const struct git_tree *tree, struct err *err)
{
	struct str key = git_oid_str(oid);
	const void *last = map_get(&w->walked, key);

	if (!w->mark)
		w->mark = arena_alloc(&w->names, 1);
	if (!w->mark)
		return arena_err(&w->names, err);
	if (last == w->mark)
		return 0;
	w->distinct += tree->n;
	key = arena_str(&w->names, key);
	return key.p && map_put(&w->walked, key, w->mark) ? 0 : arena_err(&w->names, err);
}

/* What is quiet is visited once, if the visitor can do with that. */
static int walk_once(struct walker *w, const struct git_oid *oid, const struct others *others,
    const struct git_tree *tree, const struct sides *sides, bool hostile)
{
	uint64_t told = w->n_told;
	struct str key;
	int failed;

	if (count_folder(w, oid, tree, w->err) || name_folder(w, oid, others, &key))
		return -1;
	if (w->walk->visitor.again && map_has(&w->quiet, key))
		return w->walk->visitor.again(w->walk->visitor.arg, buf_str(&w->path), w->err);
	failed = walk_entries(w, tree, sides, hostile);
	if (failed || w->full || w->n_told != told)
		return failed;
	return map_put(&w->quiet, key, w) ? 0 : arena_err(&w->names, w->err);
}

static int walk_folder(
    struct walker *w, const struct git_oid *oid, const struct others *others, bool hostile)
{
	struct place place = place_here(w);
	const struct git_tree *tree;
	struct sides sides = {NULL, 0};

	for (size_t i = 0; i < others->n; i++) {
		if (git_oid_eq(oid, others->p[i].oid))
			return 0;
	}
	if (git_cache_tree(&w->cache, oid, &place, &tree, w->err))
		return -1;
	if (!tree)
		return 0;
	if (load_others(w, others, &sides))
		return -1;
	return walk_once(w, oid, others, tree, &sides, hostile);
}

/* ---- a whole tree ---- */

int git_tree_walk(struct git_walk *walk, const struct git_oid *tree, const struct git_oid *commit,
    struct err *err)
{
	struct walker w CLEANUP(walker_release);
	struct others none = {0};

	walker_init(&w, walk, strlen(tree->hex), err);
	w.commit = *commit;
	return walk_folder(&w, tree, &none, false);
}

int git_commit_walk(struct git_walk *walk, const struct git_oid *commit, struct err *err)
{
	struct walker w CLEANUP(walker_release);
	struct others none = {0};
	struct git_commit read;
	bool there;

	walker_init(&w, walk, strlen(commit->hex), err);
	w.commit = *commit;
	if (git_cache_commit(&w.cache, commit, "it is not in this repository", &w.cache.arena,
		&read, &there, err))
		return -1;
	return there ? walk_folder(&w, &read.tree, &none, false) : 0;
}

int git_difference_walk(
    struct git_walk *walk, const struct git_oid *tree, const struct git_oid *other, struct err *err)
{
	struct walker w CLEANUP(walker_release);
	struct other only = {other, 0};
	struct others others = {&only, 1};

	walker_init(&w, walk, strlen(tree->hex), err);
	w.n_parents = 1;
	return walk_folder(&w, tree, &others, false);
}

/* ---- a range ---- */

struct range {
	struct walker walker;
	struct map trees; /* commit to struct git_oid *, its tree */
	struct others base_trees;
};

static void range_release(struct range *r)
{
	walker_release(&r->walker);
}

static int remember_tree(struct range *r, const struct git_oid *commit, const struct git_oid *tree)
{
	struct arena *arena = r->walker.walk->arena;
	struct str key = arena_str(arena, git_oid_str(commit));
	struct git_oid *kept = arena_new(arena, struct git_oid);

	if (!key.p || !kept)
		return arena_err(arena, r->walker.err);
	*kept = *tree;
	return map_put(&r->trees, key, kept) ? 0 : arena_err(arena, r->walker.err);
}

/* The tree of a commit beside the one that is looked at; NULL if it cannot be read. */
static int tree_of(struct range *r, const struct git_oid *commit, const struct git_oid **ret_tree)
{
	struct walker *w = &r->walker;
	struct git_commit read;
	bool there;

	*ret_tree = map_get(&r->trees, git_oid_str(commit));
	if (*ret_tree)
		return 0;
	if (git_cache_commit(&w->cache, commit,
		"it is a parent of a commit that is checked, but is not here, as in a shallow clone: "
		"what it held already counts as new. Fetch more (git fetch --unshallow; in CI, "
		"fetch-depth: 0)",
		&w->cache.arena, &read, &there, w->err))
		return -1;
	if (!there)
		return 0;
	if (remember_tree(r, commit, &read.tree))
		return -1;
	*ret_tree = map_get(&r->trees, git_oid_str(commit));
	return 0;
}

static int add_trees(
    struct range *r, const struct git_oid *commits, size_t n, struct others *others)
{
	for (size_t i = 0; i < n; i++) {
		const struct git_oid *tree;

		if (tree_of(r, &commits[i], &tree))
			return -1;
		if (tree) {
			others->p[others->n] = (struct other){tree, others->n};
			others->n++;
		}
	}
	return 0;
}

static int tell_text(struct range *r, struct str bytes)
{
	struct walker *w = &r->walker;
	struct unit unit = {.bytes = bytes, .origin.commit = git_oid_str(&w->commit)};

	if (!w->walk->visitor.text || str_empty(bytes))
		return 0;
	return w->walk->visitor.text(w->walk->visitor.arg, &unit, w->err);
}

/* The parents' trees and the bases'. */
static int others_of(struct range *r, const struct git_commit *commit, struct others *ret)
{
	struct walker *w = &r->walker;
	size_t n = commit->parents.n + r->base_trees.n;
	struct others others = {.p = arena_array(&w->cache.arena, n, sizeof *others.p)};

	if (!others.p)
		return arena_err(&w->cache.arena, w->err);
	if (add_trees(r, commit->parents.p, commit->parents.n, &others))
		return -1;
	w->n_parents = others.n;
	for (size_t i = 0; i < r->base_trees.n; i++, others.n++)
		others.p[others.n] = (struct other){r->base_trees.p[i].oid, others.n};
	*ret = others;
	return 0;
}

static int tell_change(struct range *r, const struct git_oid *tree, const struct others *others)
{
	struct walker *w = &r->walker;
	const struct git_oid **parents;
	struct git_change change = {.commit = w->commit, .tree = *tree, .n_parents = w->n_parents};

	if (!w->walk->visitor.change)
		return 0;
	parents = arena_array(&w->cache.arena, w->n_parents, sizeof(struct git_oid *));
	if (!parents)
		return arena_err(&w->cache.arena, w->err);
	for (size_t i = 0; i < w->n_parents; i++)
		parents[i] = others->p[i].oid;
	change.parents = parents;
	return w->walk->visitor.change(w->walk->visitor.arg, &change, w->err);
}

static int walk_commit(struct range *r, const struct git_oid *oid)
{
	struct walker *w = &r->walker;
	struct git_commit commit;
	struct others others;
	bool there;

	git_cache_trim(&w->cache);
	if (w->names.used_bytes >= NAMES_KEPT_BYTES) {
		arena_release(&w->names);
		map_init(&w->quiet, &w->names);
		map_init(&w->walked, &w->names);
	}
	w->mark = NULL;
	w->distinct = 0;
	w->commit = *oid;
	w->entries = 0;
	w->full = false;
	if (git_cache_commit(&w->cache, oid, "it is not in this repository", &w->cache.arena,
		&commit, &there, w->err))
		return -1;
	if (!there)
		return 0;
	if (remember_tree(r, oid, &commit.tree) || others_of(r, &commit, &others) ||
	    tell_text(r, commit.headers) || tell_text(r, commit.message))
		return -1;
	if (walk_folder(w, &commit.tree, &others, false))
		return -1;
	return tell_change(r, &commit.tree, &others);
}

int git_range_walk(struct git_walk *walk, const struct git_oid *commits, size_t n_commits,
    const struct git_oid *bases, size_t n_bases, struct err *err)
{
	struct range r CLEANUP(range_release) = {0};

	if (n_commits == 0)
		return 0;
	walker_init(&r.walker, walk, strlen(commits[0].hex), err);
	map_init(&r.trees, walk->arena);
	r.base_trees.p = arena_array(walk->arena, n_bases, sizeof *r.base_trees.p);
	if (!r.base_trees.p)
		return arena_err(walk->arena, err);
	if (add_trees(&r, bases, n_bases, &r.base_trees))
		return -1;
	for (size_t i = 0; i < n_commits; i++) {
		if (walk_commit(&r, &commits[i]))
			return -1;
	}
	return 0;
}

/* ---- one path ---- */

static enum content_result read_tree(struct content *content, const struct limits *limits,
    const struct git_oid *oid, struct arena *arena, struct git_tree *ret_tree, struct err *err)
{
	struct str bytes;
	enum content_result result =
	    content_read_all(content, git_oid_str(oid), limits->unit_bytes, arena, &bytes, err);

	if (result == CONTENT_OK &&
	    git_tree_parse(bytes, strlen(oid->hex), limits->tree_entries, arena, ret_tree, err))
		return CONTENT_ERROR;
	return result;
}

enum content_result git_path_find(struct content *content, const struct limits *limits,
    const struct git_oid *commit, struct str path, struct arena *arena,
    struct git_tree_entry *ret_entry, struct err *err)
{
	struct git_tree_entry at = {.mode = 0040000};
	struct git_commit read;
	struct str bytes, name;
	enum content_result result =
	    content_read_all(content, git_oid_str(commit), limits->unit_bytes, arena, &bytes, err);

	if (result != CONTENT_OK)
		return result;
	if (git_commit_parse(bytes, strlen(commit->hex), arena, &read, err))
		return CONTENT_ERROR;
	at.oid = read.tree;
	while (str_cut(&path, '/', &name)) {
		const struct git_tree_entry *entry;
		struct git_tree tree;

		if (git_mode_kind(at.mode) != GIT_KIND_TREE)
			return CONTENT_MISSING;
		result = read_tree(content, limits, &at.oid, arena, &tree, err);
		if (result != CONTENT_OK)
			return result;
		entry = git_tree_get(&tree, name);
		if (!entry)
			return CONTENT_MISSING;
		at = *entry;
	}
	*ret_entry = at;
	return CONTENT_OK;
}
