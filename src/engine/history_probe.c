/* Which objects of a store have something in them. */
#include "engine/history.h"
#include "read/source/git/tree_row.h"

#include <stdlib.h>

enum { PROBED_TAG = 1 << 16 | 0x110, LOOSE_PER_ITEM = 128, FAULTS_MAX = 100 };

/* What an item replies. */
struct probed {
	struct history_object *objects;
	size_t n_objects;
	struct history_commit *commits;
	size_t n_commits;
	uint64_t n_missing; /* objects that folders name */
	struct str missing; /* the id of one */
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
	wire_u64(w, &p->n_missing);
	wire_str(w, &p->missing);
}

/* ---- in a reader ---- */

/* One item's work. */
struct probe {
	struct job *job;
	struct history_reader *reader;
	const struct repo_history *h;
	const struct git_store *store;
	VEC(struct history_object) objects;
	VEC(struct history_commit) commits;
	bool knows_paths; /* a rule may want a file for its path: all are looked at */
	size_t n_faults;
	uint64_t n_missing;
	struct str missing; /* the first */
};

static int probe_begin(struct job *job, void *arg, struct err *err)
{
	const struct repo_history *h = arg;
	struct history_reader *r;

	if (history_reader_begin(job, arg, err) != 0)
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

static int probe_fault(
    void *arg, const unsigned char *id, uint64_t others, const struct err *why, struct err *err)
{
	struct probe *p = arg;

	if (p->n_faults++ >= FAULTS_MAX)
		return 0;
	return history_fault(p->job->sink, p->store, id, others, why, err);
}

static int tell_malformed(
    struct probe *p, const unsigned char *id, const char *what, struct err *err)
{
	struct err why = ERR_INIT;

	(void)err_set(&why, ERR_FORMAT, "%s", what);
	return probe_fault(p, id, 0, &why, err);
}

/* "object <id>", "type <type>": a tag leads to a commit or tag as a child does to its parent, and
 * to a tree as a commit does. */
static int keep_tag(struct probe *p, const unsigned char *id, struct str bytes, struct err *err)
{
	struct history_commit tag = {.id = keep_id(p, id)};
	unsigned char raw[GIT_ID_MAX];
	struct str first, second = STR_NONE, named = STR_NONE;

	if (str_cut(&bytes, '\n', &first) && str_cut(&bytes, '\n', &second) &&
	    str_starts(first, STR("object ")) && first.n == 7 + 2 * p->store->id_bytes &&
	    git_oid_raw(str_sub(first, 7, first.n), raw))
		named = keep_id(p, raw);
	if (named.n == 0 && tell_malformed(p, id, "a tag that is malformed", err) != 0)
		return -1;
	if (str_eq(second, STR("type tree")))
		tag.tree = named;
	else
		tag.parents = named;
	vec_push(&p->commits, &p->reader->arena, tag);
	return arena_check(&p->reader->arena, err);
}

static int keep_object(
    struct probe *p, const unsigned char *id, enum git_type type, struct err *err)
{
	struct history_object object = {.id = keep_id(p, id), .type = (uint32_t)type};

	vec_push(&p->objects, &p->reader->arena, object);
	return arena_check(&p->reader->arena, err);
}

static int probe_object(
    struct probe *p, const unsigned char *id, enum git_type type, struct str bytes, struct err *err)
{
	bool any;

	if (type == GIT_COMMIT && keep_commit(p, id, bytes, err) != 0)
		return -1;
	if (type == GIT_TAG && keep_tag(p, id, bytes, err) != 0)
		return -1;
	if (secret_probe(p->reader->detectors.scanner, bytes, &any, err) != 0)
		return -1;
	return any || (type == GIT_BLOB && p->knows_paths) ? keep_object(p, id, type, err) : 0;
}

/* ---- versions ---- */

/* Where a blob's bytes are not its base's. */
static int list_changes(struct probe *p, const struct git_member *m, struct err *err)
{
	const struct delta_pieces *pieces = m->pieces;
	size_t n = 0, from = 0;

	if (pieces->n + 1 > p->reader->cap_changes) {
		size_t cap = 2 * (pieces->n + 1);
		struct secret_change *grown = reallocarray(p->reader->changes, cap, sizeof *grown);

		if (!grown)
			return err_nomem(err);
		p->reader->changes = grown;
		p->reader->cap_changes = cap;
	}
	for (size_t i = 0; i < pieces->n; i++) {
		const struct delta_piece *piece = &pieces->p[i];
		bool is_new = piece->from == DELTA_NEW;

		if (is_new || piece->from != from)
			p->reader->changes[n++] =
			    (struct secret_change){piece->at, piece->at + (is_new ? piece->n : 0)};
		from = is_new ? SIZE_MAX : (size_t)piece->from + piece->n;
	}
	if (from != m->base_bytes.n)
		p->reader->changes[n++] = (struct secret_change){m->bytes.n, m->bytes.n};
	p->reader->n_changes = n;
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct secret_fact *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static size_t first_from(const struct secret_facts *facts, size_t at)
{
	size_t low = 0, high = facts->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (facts->p[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The base's facts, wherever their bytes stand now. */
static int move_facts(const struct git_member *m, const struct secret_facts *base,
    struct secret_facts *ret, struct err *err)
{
	ret->by_lines = base->by_lines;
	ret->kind = base->kind;
	for (size_t i = 0; base->n > 0 && i < m->pieces->n; i++) {
		const struct delta_piece *piece = &m->pieces->p[i];

		if (piece->from == DELTA_NEW)
			continue;
		for (size_t k = first_from(base, piece->from);
		    k < base->n && base->p[k].at < (size_t)piece->from + piece->n; k++) {
			struct secret_fact fact = base->p[k];

			if (fact.end > (size_t)piece->from + piece->n)
				continue;
			fact.at = fact.at - piece->from + piece->at;
			fact.end = fact.end - piece->from + piece->at;
			if (!secret_facts_push(ret, &fact))
				return err_nomem(err);
		}
	}
	if (ret->n > 1)
		qsort(ret->p, ret->n, sizeof *ret->p, by_place);
	return 0;
}

static int probe_version(
    struct probe *p, const struct git_member *m, struct secret_facts *ret, struct err *err)
{
	struct secret_facts kept = {.p = NULL};
	int result;

	if (list_changes(p, m, err) != 0)
		return -1;
	result = move_facts(m, m->base, &kept, err);
	if (result == 0)
		result = secret_probe_changed(p->reader->detectors.scanner, m->bytes,
		    p->reader->changes, p->reader->n_changes, &kept, ret, err);
	free(kept.p);
	return result;
}

/* ---- */

static void probe_drop(void *arg, void *left)
{
	struct secret_facts *facts = left;

	(void)arg;
	free(facts->p);
	free(facts);
}

/* With --paranoid: the whole text says the same as its changed lines. */
static int check_facts(
    struct probe *p, const struct git_member *m, const struct secret_facts *facts, struct err *err)
{
	struct secret_facts whole = {.p = NULL};
	struct err why = ERR_INIT;
	int result = secret_probe_whole(p->reader->detectors.scanner, m->bytes, &whole, err);
	bool same = whole.n == facts->n;

	for (size_t i = 0; result == 0 && same && i < whole.n; i++)
		same = by_place(&whole.p[i], &facts->p[i]) == 0 &&
		       whole.p[i].is_hit == facts->p[i].is_hit;
	free(whole.p);
	if (result != 0 || same)
		return result;
	(void)err_set(&why, ERR_FORMAT,
	    "its changed lines say something else than its whole text does: a fault of this "
	    "program");
	return history_fault(p->job->sink, p->store, m->id, 0, &why, err);
}

static int probe_blob(struct probe *p, const struct git_member *m, void **ret_left, struct err *err)
{
	struct secret_facts *facts = calloc(1, sizeof *facts);
	int result;

	if (!facts)
		return err_nomem(err);
	*ret_left = facts;
	result = m->base ? probe_version(p, m, facts, err)
			 : secret_probe_whole(p->reader->detectors.scanner, m->bytes, facts, err);
	if (result == 0 && m->base && p->h->scan->paranoid)
		result = check_facts(p, m, facts, err);
	if (result != 0 || !(secret_facts_any(facts) || p->knows_paths))
		return result;
	return keep_object(p, m->id, m->type, err);
}

/* ---- folders ---- */

/* Whether bytes [at, end) are all the base's; *piece goes on from call to call. */
static bool is_copied(const struct delta_pieces *pieces, size_t *piece, size_t at, size_t end)
{
	while (*piece < pieces->n && pieces->p[*piece].at + (size_t)pieces->p[*piece].n <= at)
		++*piece;
	return *piece < pieces->n && pieces->p[*piece].from != DELTA_NEW &&
	       end <= pieces->p[*piece].at + (size_t)pieces->p[*piece].n;
}

static int check_there(struct probe *p, const struct git_row *row, struct err *err)
{
	if (git_mode_kind(row->mode) == GIT_KIND_SUBMODULE ||
	    git_objects_has(p->reader->objects, row->id))
		return 0;
	if (p->n_missing++ > 0)
		return 0;
	p->missing = keep_id(p, row->id);
	return arena_check(&p->reader->arena, err);
}

/* Of a folder's names, those that its base does not have; and whether what they name is there. */
static int probe_tree(struct probe *p, const unsigned char *id, struct str bytes,
    const struct delta_pieces *pieces, struct err *err)
{
	struct git_row row = git_row_of(bytes);
	struct buf *names = &p->reader->names;
	size_t id_bytes = p->store->id_bytes, piece = 0;
	bool any = false;

	buf_clear(names);
	for (git_row_read(&row, id_bytes); row.n > 0; git_row_next(&row, id_bytes)) {
		size_t at = (size_t)(row.at - bytes.p);

		if (pieces && is_copied(pieces, &piece, at, at + row.n))
			continue;
		buf_add(names, row.name);
		buf_addc(names, '\n');
		if (check_there(p, &row, err) != 0)
			return -1;
	}
	if (!buf_ok(names))
		return buf_err(names, "a folder's names", err);
	if (row.at < row.end &&
	    tell_malformed(p, id,
		"a folder that is malformed: what stands behind the fault was not looked at",
		err) != 0)
		return -1;
	if (secret_match_any(p->reader->detectors.scanner, buf_str(names), &any, err) != 0)
		return -1;
	return any ? keep_object(p, id, GIT_TREE, err) : 0;
}

static int probe_member(void *arg, const struct git_member *m, void **ret_left, struct err *err)
{
	if (m->type == GIT_BLOB)
		return probe_blob(arg, m, ret_left, err);
	if (m->type == GIT_TREE)
		return probe_tree(arg, m->id, m->bytes, m->pieces, err);
	return probe_object(arg, m->id, m->type, m->bytes, err);
}

static int probe_loose(struct probe *p, size_t chunk, struct err *err)
{
	const struct git_store *store = p->store;
	size_t from = chunk * LOOSE_PER_ITEM, to = MIN_OF(from + LOOSE_PER_ITEM, store->loose.n);

	for (size_t i = from; i < to; i++) {
		const unsigned char *id = store->loose.p[i].id;
		struct git_object *object = NULL;
		struct err why = ERR_INIT;
		enum content_result got =
		    git_objects_get_loose(p->reader->objects, &store->loose.p[i], &object, &why);
		int result;

		/* One that goes away meanwhile was packed. */
		if (got == CONTENT_MISSING)
			(void)err_set(&why, ERR_NOT_FOUND, "it went away while this ran");
		if (got != CONTENT_OK)
			result = probe_fault(p, id, 0, &why, err);
		else if (object->type == GIT_TREE)
			result = probe_tree(p, id, git_object_str(object), NULL, err);
		else
			result = probe_object(p, id, object->type, git_object_str(object), err);
		git_object_drop(object);
		if (result != 0)
			return -1;
	}
	return 0;
}

static int probe_item(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct repo_history *h = arg;
	struct probe p = {.job = job, .reader = job->state, .h = h, .store = h->store};
	const struct git_family_visitor visitor = {.types = ~0U,
	    .member = probe_member,
	    .drop = probe_drop,
	    .fault = probe_fault,
	    .arg = &p};
	uint32_t n_shards = git_families_shards(h->store);
	struct probed reply;
	int result;

	arena_clear(&p.reader->arena);
	p.knows_paths = secret_knows_paths(p.reader->detectors.scanner);
	result = item < n_shards
		     ? git_families_visit(p.reader->families, (uint32_t)item, &visitor, err)
		     : probe_loose(&p, item - n_shards, err);
	if (result != 0)
		return -1;
	reply = (struct probed){
	    p.objects.p, p.objects.n, p.commits.p, p.commits.n, p.n_missing, p.missing};
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
	if (p.n_missing > 0 && h->n_missing == 0)
		h->missing = p.missing;
	h->n_missing += p.n_missing;
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
