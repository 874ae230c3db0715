/* Which objects of a store have something in them. */
#include "engine/history.h"

#include <stdlib.h>

enum { PROBED_TAG = 1 << 16 | 0x110, LOOSE_PER_ITEM = 128, FAULTS_MAX = 100 };

/* What an item replies. */
struct probed {
	struct history_object *objects;
	size_t n_objects;
	struct history_commit *commits;
	size_t n_commits;
};

static void walk_object(struct wire *w, void *item)
{
	struct history_object *object = item;

	wire_str(w, &object->id);
	wire_u32(w, &object->type);
}

static void walk_commit(struct wire *w, void *item)
{
	struct history_commit *commit = item;

	wire_str(w, &commit->id);
	wire_str(w, &commit->tree);
	wire_str(w, &commit->parents);
	wire_u64(w, &commit->time);
}

static void walk_probed(struct wire *w, void *item)
{
	struct probed *p = item;

	p->objects = wire_items(w, p->objects, &p->n_objects, sizeof *p->objects, 8, walk_object);
	p->commits = wire_items(w, p->commits, &p->n_commits, sizeof *p->commits, 20, walk_commit);
}

/* ---- in a reader ---- */

/* One item's work. */
struct probe {
	struct job *job;
	struct history_reader *reader;
	const struct git_store *store;
	VEC(struct history_object) objects;
	VEC(struct history_commit) commits;
	size_t n_faults;
};

static int probe_begin(struct job *job, void *arg, struct err *err)
{
	const struct repo_history *h = arg;
	struct history_reader *r;

	if (history_reader_begin(job, h, err) != 0)
		return -1;
	r = job->state;
	return git_families_new(r->objects, git_families_shards(h->store), &r->families, err);
}

static struct str keep_id(struct probe *p, const unsigned char *id)
{
	return arena_str(&p->reader->arena, str_make((const char *)id, p->store->id_bytes));
}

/* "committer NAME <MAIL> SECONDS ZONE". */
static uint64_t time_of(struct str headers)
{
	struct str line, rest;
	uint64_t seconds;

	while (str_cut(&headers, '\n', &line)) {
		size_t close = str_rchr(line, '>');

		if (!str_starts(line, STR("committer ")) || close == STR_NPOS)
			continue;
		rest = str_trim(str_sub(line, close + 1, line.n));
		return str_cut(&rest, ' ', &line) && str_to_u64(line, &seconds) ? seconds : 0;
	}
	return 0;
}

static int keep_commit(struct probe *p, const unsigned char *id, struct str bytes, struct err *err)
{
	struct arena *arena = &p->reader->arena;
	struct history_commit commit = {.id = keep_id(p, id)};
	struct git_commit read;
	struct err why = ERR_INIT;
	unsigned char raw[GIT_ID_MAX];
	char *parents;

	if (git_commit_parse(bytes, 2 * p->store->id_bytes, arena, &read, &why) != 0)
		return arena_ok(arena) ? history_fault(p->job->sink, p->store, id, 0, &why, err)
				       : arena_err(arena, err);
	if (git_oid_raw(git_oid_str(&read.tree), raw))
		commit.tree = keep_id(p, raw);
	parents = arena_alloc(arena, read.parents.n * p->store->id_bytes);
	for (size_t i = 0; parents && i < read.parents.n; i++) {
		if (git_oid_raw(git_oid_str(&read.parents.p[i]), raw))
			memcpy(parents + i * p->store->id_bytes, raw, p->store->id_bytes);
	}
	commit.parents = str_make(parents, read.parents.n * p->store->id_bytes);
	commit.time = time_of(read.headers);
	vec_push(&p->commits, arena, commit);
	return arena_check(arena, err);
}

/* "object <id>", "type <type>": a tag leads to a commit or tag as a child does to its parent, and
 * to a tree as a commit does. */
static int keep_tag(struct probe *p, const unsigned char *id, struct str bytes, struct err *err)
{
	struct history_commit tag = {.id = keep_id(p, id)};
	unsigned char raw[GIT_ID_MAX];
	struct str first, second, named = STR_NONE;

	if (str_cut(&bytes, '\n', &first) && str_cut(&bytes, '\n', &second) &&
	    str_starts(first, STR("object ")) && first.n == 7 + 2 * p->store->id_bytes &&
	    git_oid_raw(str_sub(first, 7, first.n), raw))
		named = keep_id(p, raw);
	if (str_eq(second, STR("type tree")))
		tag.tree = named;
	else
		tag.parents = named;
	vec_push(&p->commits, &p->reader->arena, tag);
	return arena_check(&p->reader->arena, err);
}

static int probe_object(
    struct probe *p, const unsigned char *id, enum git_type type, struct str bytes, struct err *err)
{
	struct history_object object = {.type = (uint32_t)type};
	bool any;

	if (type == GIT_COMMIT && keep_commit(p, id, bytes, err) != 0)
		return -1;
	if (type == GIT_TAG && keep_tag(p, id, bytes, err) != 0)
		return -1;
	if (secret_probe(p->reader->detectors.scanner, bytes, &any, err) != 0)
		return -1;
	if (!any)
		return 0;
	object.id = keep_id(p, id);
	vec_push(&p->objects, &p->reader->arena, object);
	return arena_check(&p->reader->arena, err);
}

static int probe_member(void *arg, const struct git_member *m, void **ret_left, struct err *err)
{
	(void)ret_left;
	return probe_object(arg, m->id, m->type, m->bytes, err);
}

static void probe_drop(void *arg, void *left)
{
	(void)arg, (void)left;
}

static int probe_fault(
    void *arg, const unsigned char *id, uint64_t others, const struct err *why, struct err *err)
{
	struct probe *p = arg;

	if (p->n_faults++ >= FAULTS_MAX)
		return 0;
	return history_fault(p->job->sink, p->store, id, others, why, err);
}

static int probe_loose(struct probe *p, size_t chunk, struct err *err)
{
	const struct git_store *store = p->store;
	size_t from = chunk * LOOSE_PER_ITEM, to = MIN_OF(from + LOOSE_PER_ITEM, store->loose.n);

	for (size_t i = from; i < to; i++) {
		struct git_object *object = NULL;
		struct err why = ERR_INIT;
		int result = 0;

		/* One that goes away meanwhile was packed. */
		switch (
		    git_objects_get_loose(p->reader->objects, &store->loose.p[i], &object, &why)) {
		case CONTENT_OK:
			if (object->type != GIT_TREE)
				result = probe_object(p, store->loose.p[i].id, object->type,
				    git_object_str(object), err);
			break;
		case CONTENT_MISSING:
			(void)err_set(&why, ERR_NOT_FOUND, "it went away while this ran");
			/* fallthrough */
		case CONTENT_ERROR:
		default:
			result = probe_fault(p, store->loose.p[i].id, 0, &why, err);
		}
		git_object_drop(object);
		if (result != 0)
			return -1;
	}
	return 0;
}

static int probe_item(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct repo_history *h = arg;
	struct probe p = {.job = job, .reader = job->state, .store = h->store};
	const struct git_family_visitor visitor = {
	    .types = 1U << GIT_COMMIT | 1U << GIT_BLOB | 1U << GIT_TAG,
	    .member = probe_member,
	    .drop = probe_drop,
	    .fault = probe_fault,
	    .arg = &p};
	uint32_t n_shards = git_families_shards(h->store);
	struct probed reply;
	int result;

	arena_clear(&p.reader->arena);
	result = item < n_shards
		     ? git_families_visit(p.reader->families, (uint32_t)item, &visitor, err)
		     : probe_loose(&p, item - n_shards, err);
	if (result != 0)
		return -1;
	reply = (struct probed){p.objects.p, p.objects.n, p.commits.p, p.commits.n};
	return reply_send(job, PROBED_TAG, &reply, walk_probed, err);
}

/* ---- in the parent ---- */

static bool is_id(const struct repo_history *h, struct str id)
{
	return id.n == h->store->id_bytes;
}

/* Of an object that stands in several packs one is kept. */
static int take_probed(void *arg, size_t item, struct str bytes, struct err *err)
{
	struct repo_history *h = arg;
	struct probed p = {.objects = NULL};

	(void)item;
	if (reply_take(bytes, PROBED_TAG, &p, walk_probed, &h->arena, err) != 0)
		return -1;
	for (size_t i = 0; i < p.n_objects; i++) {
		if (!is_id(h, p.objects[i].id) || p.objects[i].type > GIT_TAG)
			return err_set(err, ERR_FORMAT, "a reader replied with no object");
		if (!map_has(&h->object_at, p.objects[i].id) &&
		    (!map_put(&h->object_at, p.objects[i].id, &p.objects[i]) ||
			!vec_push(&h->objects, &h->arena, p.objects[i])))
			return arena_err(&h->arena, err);
	}
	for (size_t i = 0; i < p.n_commits; i++) {
		const struct history_commit *c = &p.commits[i];

		if (!is_id(h, c->id) || (c->tree.n > 0 && !is_id(h, c->tree)) ||
		    c->parents.n % h->store->id_bytes)
			return err_set(err, ERR_FORMAT, "a reader replied with no commit");
		if (!map_has(&h->commit_at, c->id) &&
		    (!map_put(&h->commit_at, c->id, &p.commits[i]) ||
			!vec_push(&h->commits, &h->arena, *c)))
			return arena_err(&h->arena, err);
	}
	return 0;
}

int history_probe(struct repo_history *h, struct err *err)
{
	size_t n_loose = (h->store->loose.n + LOOSE_PER_ITEM - 1) / LOOSE_PER_ITEM;
	struct pool_work work = {.n = git_families_shards(h->store) + n_loose,
	    .content = &h->store->content,
	    .arg = h,
	    .begin = probe_begin,
	    .item = probe_item,
	    .end = history_reader_end,
	    .reply = take_probed};

	return scan_items(h->scan, STAGE_SECRETS, &work, err);
}
