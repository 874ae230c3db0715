/* Which of the refs still have an object at its path. */
#include "engine/history.h"
#include "read/source/git/tree_row.h"

enum { TIPS_TAG = 1 << 16 | 0x113 };

struct present {
	uint32_t *at; /* units */
	size_t n;
};

static void walk_number(struct wire *w, void *item)
{
	wire_u32(w, item);
}

static void walk_present(struct wire *w, void *item)
{
	struct present *p = item;

	p->at = wire_items(w, p->at, &p->n, sizeof *p->at, 4, walk_number);
}

/* ---- in a reader ---- */

struct tip_walk {
	struct history_reader *reader;
	const struct repo_history *h;
	VEC(uint32_t) found;
};

struct rows {
	VEC(struct git_row) list;
};

static const struct git_row *find_row(const struct rows *rows, struct str name, uint32_t mode)
{
	const struct git_row wanted = {.name = name, .mode = mode};
	size_t low = 0, high = rows->list.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = git_row_order(&rows->list.p[middle], &wanted);

		if (order == 0)
			return &rows->list.p[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Of units [from, to), whose paths are the same up to `skip`, those that stand in the tree. */
static int find_units(struct tip_walk *w, const unsigned char *tree, uint32_t from, uint32_t to,
    size_t skip, struct err *err)
{
	const struct history_unit *units = w->h->units.p;
	struct arena *arena = &w->reader->arena;
	size_t id_bytes = w->h->store->id_bytes;
	struct git_object *object = NULL;
	struct err ignored = ERR_INIT;
	struct rows rows = {.list = {0}};
	struct git_row row;
	int result = 0;

	/* That it cannot be read was told by who traced its commits. */
	if (git_objects_get(w->reader->objects, tree, &object, &ignored) != CONTENT_OK)
		return 0;
	row = git_row_of(git_object_str(object));
	for (git_row_read(&row, id_bytes); row.n > 0; git_row_next(&row, id_bytes))
		vec_push(&rows.list, arena, row);
	result = arena_check(arena, err);
	for (uint32_t i = from, end; i < to && result == 0; i = end) {
		struct str rest = str_sub(units[i].path, skip, units[i].path.n);
		size_t slash = str_chr(rest, '/');
		struct str name = str_sub(rest, 0, slash == STR_NPOS ? rest.n : slash);
		const struct git_row *file = find_row(&rows, name, 0100644),
				     *folder = find_row(&rows, name, 0040000);
		uint32_t below = 0;

		for (end = i; end < to; end++) {
			struct str other = str_sub(units[end].path, skip, units[end].path.n);
			const struct git_row *found = file ? file : folder;
			bool is_whole = str_eq(other, name);

			if (!is_whole && !(str_starts(other, name) && other.n > name.n &&
					     other.p[name.n] == '/'))
				break;
			if (is_whole && found &&
			    memcmp(found->id, w->h->objects.p[units[end].object].id.p, id_bytes) ==
				0)
				vec_push(&w->found, arena, end);
			if (!is_whole && below++ == 0)
				from = end;
		}
		if (below > 0 && folder)
			result = find_units(w, folder->id, from, end, skip + name.n + 1, err);
	}
	git_object_drop(object);
	return result == 0 ? arena_check(arena, err) : -1;
}

static int tips_item(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct repo_history *h = arg;
	struct tip_walk w = {.reader = job->state, .h = h};
	const struct history_commit *c = &h->commits.p[h->tips.p[item].commit];
	struct present reply;

	arena_clear(&w.reader->arena);
	if (c->tree.n > 0 &&
	    find_units(&w, (const unsigned char *)c->tree.p, 0, (uint32_t)h->n_placed, 0, err) != 0)
		return -1;
	reply = (struct present){.at = w.found.p, .n = w.found.n};
	return reply_send(job, TIPS_TAG, &reply, walk_present, err);
}

/* ---- in the parent ---- */

/* The first ref that has it is the one that is named. */
static int take_present(void *arg, size_t item, struct str bytes, struct err *err)
{
	struct repo_history *h = arg;
	struct present p = {.at = NULL};

	if (reply_take(bytes, TIPS_TAG, &p, walk_present, &h->arena, err) != 0)
		return -1;
	for (size_t i = 0; i < p.n; i++) {
		struct history_unit *unit;

		if (p.at[i] >= h->n_placed)
			return err_set(err, ERR_FORMAT, "a reader replied with no unit");
		unit = &h->units.p[p.at[i]];
		if (!unit->there)
			unit->ref = h->tips.p[item].name;
		unit->there = true;
		unit->removed = HISTORY_NONE;
	}
	return 0;
}

int history_tips(struct repo_history *h, struct err *err)
{
	struct pool_work work = {.n = h->n_placed > 0 ? h->tips.n : 0,
	    .content = &h->store->content,
	    .arg = h,
	    .begin = history_reader_begin,
	    .item = tips_item,
	    .end = history_reader_end,
	    .reply = take_present};

	return scan_items(h->scan, STAGE_SECRETS, &work, err);
}
