/* Secrets in all that a repository's object store holds: history.h has the way. */
#include "base/hash.h"
#include "base/os/fd.h"
#include "engine/history.h"
#include "engine/repo_objects.h"
#include "read/source/git/tree_row.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- what readers share ---- */

int history_reader_begin(struct job *job, void *arg, struct err *err)
{
	const struct repo_history *h = arg;
	struct history_reader *r = calloc(1, sizeof *r);

	if (!r)
		return err_nomem(err);
	job->state = r;
	arena_init(&r->arena, job->limits->scan_memory);
	buf_init(&r->names, job->limits->object_bytes);
	if (unit_detectors_init(&r->detectors, job, h->scan, SCAN_SECRETS, err) != 0)
		return -1;
	return git_objects_new(h->store, job->content, &r->objects, err);
}

void history_reader_end(struct job *job, void *arg)
{
	struct history_reader *r = job->state;

	(void)arg;
	if (!r)
		return;
	git_families_free(r->families);
	free(r->changes);
	buf_release(&r->names);
	git_objects_free(r->objects);
	unit_detectors_release(&r->detectors);
	arena_release(&r->arena);
	free(r);
}

int history_fault(struct sink *sink, const struct git_store *store, const unsigned char *id,
    uint64_t others, const struct err *why, struct err *err)
{
	char hex[2 * GIT_ID_MAX + 1];
	struct err full = ERR_INIT;

	hex_write(id, store->id_bytes, hex);
	if (others > 0)
		(void)err_set(&full, why->code,
		    "git object %.12s: %s; it and %llu that are made from it were not looked at",
		    hex, why->text, (unsigned long long)others);
	else
		(void)err_set(&full, why->code, "git object %.12s: %s", hex, why->text);
	return sink_error(sink, STAGE_SECRETS, STR_NONE, &full, err);
}

/* ---- */

static void history_release(struct repo_history *h)
{
	arena_release(&h->arena);
}

/* By time, so that what one reader walks lies close together, and the same on every machine. */
static int by_time(const void *a, const void *b)
{
	const struct history_commit *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return str_cmp(x->id, y->id);
}

static int by_id(const void *a, const void *b)
{
	const struct history_object *x = a, *y = b;

	return str_cmp(x->id, y->id);
}

/* The maps lead to where things stand now. */
static int sort_all(struct repo_history *h, struct err *err)
{
	if (h->commits.n > 1)
		qsort(h->commits.p, h->commits.n, sizeof *h->commits.p, by_time);
	if (h->objects.n > 1)
		qsort(h->objects.p, h->objects.n, sizeof *h->objects.p, by_id);
	for (size_t i = 0; i < h->commits.n; i++) {
		if (!map_put(&h->commit_at, h->commits.p[i].id, &h->commits.p[i]))
			return arena_err(&h->arena, err);
	}
	for (size_t i = 0; i < h->objects.n; i++) {
		if (!map_put(&h->object_at, h->objects.p[i].id, &h->objects.p[i]))
			return arena_err(&h->arena, err);
	}
	return 0;
}

/* ---- the findings ---- */

static struct str hex_of(struct str raw, char hex[2 * GIT_ID_MAX + 1])
{
	hex_write((const unsigned char *)raw.p, MIN_OF(raw.n, (size_t)GIT_ID_MAX), hex);
	return str_of(hex);
}

/* "author NAME <MAIL> TIME ZONE" of a commit's headers, without the time. */
static struct str author_of(struct str headers)
{
	struct str line;

	while (str_cut(&headers, '\n', &line)) {
		if (str_starts(line, STR("author ")))
			return str_sub(line, 7, str_rchr(line, '>') + 1 - 7);
	}
	return STR_NONE;
}

static int look_at_text(
    struct history_reader *r, struct unit *unit, struct str bytes, struct err *err)
{
	unit->bytes = bytes;
	return bytes.n > 0 ? unit_detect(&r->detectors, unit, err) : 0;
}

/* A commit's headers, then its message; everything else whole. */
static int look_at_object(
    struct history_reader *r, const struct git_object *object, struct unit *unit, struct err *err)
{
	struct str bytes = git_object_str(object);
	size_t blank = str_find(bytes, STR("\n\n"));

	if (object->type != GIT_COMMIT || blank == STR_NPOS)
		return look_at_text(r, unit, bytes, err);
	if (look_at_text(r, unit, str_sub(bytes, 0, blank + 1), err) != 0)
		return -1;
	return look_at_text(r, unit, str_sub(bytes, blank + 2, bytes.n), err);
}

static const char *type_word(enum git_type type)
{
	static const char *const words[] = {
	    [GIT_COMMIT] = "commit", [GIT_TREE] = "tree", [GIT_BLOB] = "blob", [GIT_TAG] = "tag"};

	return words[type];
}

/* Of a folder the names: each a path without content. */
static int look_at_names(struct history_reader *r, const struct history_unit *u,
    const struct git_object *tree, size_t id_bytes, struct unit *unit, struct err *err)
{
	struct git_row row = git_row_of(git_object_str(tree));
	int result = 0;

	for (git_row_read(&row, id_bytes); row.n > 0 && result == 0; git_row_next(&row, id_bytes)) {
		unit->origin.path = arena_fmt(&r->arena, STR_FMT "%s" STR_FMT, STR_ARG(u->path),
		    u->path.n > 0 ? "/" : "", STR_ARG(row.name));
		unit->bytes = STR("");
		result = unit->origin.path.p ? unit_detect(&r->detectors, unit, err)
					     : arena_err(&r->arena, err);
	}
	return result;
}

static int look_item(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct repo_history *h = arg;
	struct history_reader *r = job->state;
	const struct history_unit *u = &h->units.p[item];
	struct str id = h->objects.p[u->object].id;
	struct unit unit = {.origin = {.path = u->path, .ref = u->ref, .reach = str_of(u->reach)}};
	struct git_object *object = NULL, *commit = NULL;
	char hex[2 * GIT_ID_MAX + 1], commit_hex[sizeof hex], removed_hex[sizeof hex];
	struct err why = ERR_INIT;
	int result;

	arena_clear(&r->arena);
	if (git_objects_get(r->objects, (const unsigned char *)id.p, &object, &why) != CONTENT_OK)
		return history_fault(
		    job->sink, h->store, (const unsigned char *)id.p, 0, &why, err);
	if (u->commit != HISTORY_NONE) {
		struct str commit_id = h->commits.p[u->commit].id;

		unit.origin.commit = hex_of(commit_id, commit_hex);
		if (git_objects_get(r->objects, (const unsigned char *)commit_id.p, &commit,
			&why) == CONTENT_OK)
			unit.origin.author = author_of(git_object_str(commit));
	}
	if (u->removed != HISTORY_NONE)
		unit.origin.removed = hex_of(h->commits.p[u->removed].id, removed_hex);
	if (u->path.n == 0 && u->commit == HISTORY_NONE)
		unit.origin.object =
		    arena_fmt(&r->arena, "%s %s", type_word(object->type), hex_of(id, hex).p);
	result = object->type == GIT_TREE
		     ? look_at_names(r, u, object, h->store->id_bytes, &unit, err)
		     : look_at_object(r, object, &unit, err);
	git_object_drop(commit);
	git_object_drop(object);
	return result;
}

/* Of a secret that stands in many versions of a file, the first is told, and the commit that took
 * the last away. */
struct history_sink {
	struct report_sink into;
	struct sink sink;
	struct repo_history *h;
	struct map told; /* rule, secret and path to struct place * */
	VEC(struct finding) findings;
};

static struct str place_key(struct history_sink *s, const struct finding *f, const struct place *p)
{
	return arena_fmt(&s->h->arena, STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT,
	    STR_ARG(f->rule), STR_ARG(f->identity), STR_ARG(p->origin.path),
	    STR_ARG(p->origin.inner),
	    STR_ARG(p->origin.path.n > 0     ? STR_NONE
		    : p->origin.commit.n > 0 ? p->origin.commit
					     : p->origin.object));
}

static uint32_t rank_of(const struct repo_history *h, struct str hex)
{
	unsigned char raw[GIT_ID_MAX];
	const struct history_commit *c = NULL;

	if (hex.n == 2 * h->store->id_bytes && git_oid_raw(hex, raw))
		c = map_get(&h->commit_at, str_make((const char *)raw, h->store->id_bytes));
	return c ? h->rank[c - h->commits.p] : 0;
}

/* `known` becomes what is true of both. */
static int join_places(
    struct history_sink *s, struct place *known, const struct place *more, struct err *err)
{
	const struct repo_history *h = s->h;
	struct place earlier = *known;
	bool there =
	    (known->origin.removed.n == 0 && str_eq(known->origin.reach, STR("reachable"))) ||
	    (more->origin.removed.n == 0 && str_eq(more->origin.reach, STR("reachable")));
	struct str removed = rank_of(h, known->origin.removed) >= rank_of(h, more->origin.removed)
				 ? known->origin.removed
				 : more->origin.removed;

	/* A place that a ref leads to tells more than one that is older and lost. */
	if ((rank_of(h, more->origin.commit) < rank_of(h, known->origin.commit) ||
		!str_eq(known->origin.reach, STR("reachable"))) &&
	    str_eq(more->origin.reach, STR("reachable")) &&
	    place_copy(more, &s->h->arena, &earlier, err) != 0)
		return -1;
	if (more->origin.removed.n == 0 && there)
		earlier.origin.ref = arena_str(&s->h->arena, more->origin.ref);
	earlier.origin.removed = there ? STR_NONE : arena_str(&s->h->arena, removed);
	*known = earlier;
	return arena_check(&s->h->arena, err);
}

static int history_finding(struct sink *sink, const struct finding *finding, struct err *err)
{
	struct history_sink *s = container_of(sink, struct history_sink, sink);
	struct finding copy;
	size_t n = 0;

	if (finding_copy(finding, &s->h->arena, &copy, err) != 0)
		return -1;
	for (size_t i = 0; i < copy.n_places; i++) {
		struct str key = place_key(s, &copy, &copy.places[i]);
		struct place *known = key.p ? map_get(&s->told, key) : NULL;

		if (known && known < &copy.places[0]) {
			if (join_places(s, known, &copy.places[i], err) != 0)
				return -1;
			continue;
		}
		copy.places[n] = copy.places[i];
		if (!map_put(&s->told, key, &copy.places[n]))
			return arena_err(&s->h->arena, err);
		n++;
	}
	copy.n_places = n;
	if (n > 0)
		vec_push(&s->findings, &s->h->arena, copy);
	return arena_check(&s->h->arena, err);
}

static int look(struct repo_history *h, struct err *err)
{
	static const struct sink_ops ops = {.finding = history_finding};
	struct history_sink s = {.h = h, .sink = {&ops, &s.into.sink}};
	struct pool_work work = {.n = h->units.n,
	    .content = &h->store->content,
	    .sink = &s.sink,
	    .arg = h,
	    .begin = history_reader_begin,
	    .item = look_item,
	    .end = history_reader_end};

	map_init(&s.told, &h->arena);
	report_sink_init(&s.into, h->scan->report, h->scan->subject);
	if (scan_items_to(&s.sink, h->scan, STAGE_SECRETS, &work, err) != 0)
		return -1;
	for (size_t i = 0; i < s.findings.n; i++) {
		if (sink_finding(&s.into.sink, &s.findings.p[i], err) != 0)
			return -1;
	}
	return 0;
}

/* ---- */

static int open_store(struct repo_history *h, const struct git_place *place, struct err *err)
{
	struct str objects = arena_fmt(&h->arena, "%s/objects", place->common);

	if (!objects.p)
		return arena_err(&h->arena, err);
	if (git_store_init(h->store, h->scan->limits, place->hex_digits / 2, true, err) != 0 ||
	    git_store_add(h->store, objects.p, err) != 0)
		return -1;
	git_store_ready(h->store);
	return scan_store_faults(h->scan, STAGE_SECRETS, h->store, err);
}

/* The files beside the objects: config, logs, messages, hooks, and what Git LFS keeps. */
static int scan_git_files(struct repo_history *h, const struct git_place *place, struct err *err)
{
	struct where where = {.folder = place->common, .view = {.prefix = STR(".git/")}};

	if (place->bare)
		where.view.prefix = STR("");
	return scan_folder(h->scan, &where, SCAN_SECRETS | SCAN_GIT_FILES, err);
}

static int read_refs(struct repo_history *h, const struct git_place *place, struct err *err)
{
	int common_fd CLEANUP_FD = open(place->common, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (common_fd < 0)
		return err_sys(err, "%s", place->common);
	return sort_all(h, err) != 0 ? -1 : history_refs(h, common_fd, err);
}

static int find_origins(struct repo_history *h, struct err *err)
{
	if (history_trace(h, err) != 0 || history_order(h, err) != 0)
		return -1;
	return history_tips(h, err);
}

static int tell_incomplete(struct repo_history *h, const char *what, struct err *err)
{
	struct report_sink sink;
	struct err why = ERR_INIT;

	report_sink_init(&sink, h->scan->report, h->scan->subject);
	(void)err_set(&why, ERR_NOT_FOUND, "%s", what);
	return sink_error(&sink.sink, STAGE_SECRETS, STR_NONE, &why, err);
}

/* Commits whose parents are not here. */
static size_t count_edges(const struct repo_history *h)
{
	size_t id_bytes = h->store->id_bytes, n = 0;

	for (size_t i = 0; i < h->commits.n; i++) {
		struct str parents = h->commits.p[i].parents;

		for (size_t at = 0; at < parents.n && h->commits.p[i].tree.n > 0; at += id_bytes)
			n += !map_has(&h->commit_at, str_sub(parents, at, id_bytes));
	}
	return n;
}

/* What is named and is not here was not looked at: that is no clean history. */
static int tell_missing(struct repo_history *h, const struct git_place *place, struct err *err)
{
	struct str shallow = arena_fmt(&h->arena, "%s/shallow", place->common), what;
	size_t edges = count_edges(h);
	char hex[2 * GIT_ID_MAX + 1];

	if (!shallow.p)
		return arena_err(&h->arena, err);
	if (edges > 0) {
		what =
		    access(shallow.p, F_OK) == 0
			? arena_fmt(&h->arena,
			      "a shallow clone: what came before %zu of its commits is not here and "
			      "was not looked at. Fetch it (git fetch --unshallow; in CI, fetch-depth: "
			      "0)",
			      edges)
			: arena_fmt(&h->arena,
			      "parents of %zu commits are missing, so what they held was not looked "
			      "at (git fsck says which)",
			      edges);
		if (!what.p || tell_incomplete(h, what.p, err) != 0)
			return what.p ? -1 : arena_err(&h->arena, err);
	}
	if (h->n_missing == 0)
		return 0;
	what = arena_fmt(&h->arena,
	    "%llu name%s in its folders lead%s to what is not here, such as object %.12s, as in a "
	    "partial clone: that was not looked at. Fetch it (git fetch --refetch --no-filter), or see what git "
	    "fsck says",
	    (unsigned long long)h->n_missing, h->n_missing == 1 ? "" : "s",
	    h->n_missing == 1 ? "s" : "", hex_of(h->missing, hex).p);
	return what.p ? tell_incomplete(h, what.p, err) : arena_err(&h->arena, err);
}

int scan_history(struct scan *scan, const struct git_place *place, const struct history_view *view,
    struct err *err)
{
	static const struct history_view everything = {.max_depth = 0};
	struct git_store store CLEANUP(git_store_release) = {.id_bytes = 0};
	struct repo_history h CLEANUP(history_release) = {
	    .scan = scan, .view = view ? view : &everything, .store = &store};

	arena_init(&h.arena, scan->limits->scan_memory);
	map_init(&h.commit_at, &h.arena);
	map_init(&h.object_at, &h.arena);
	if (open_store(&h, place, err) != 0 || history_probe(&h, err) != 0)
		return -1;
	if (read_refs(&h, place, err) != 0 || tell_missing(&h, place, err) != 0)
		return -1;
	if ((h.objects.n > 0 || h.view->branch.n > 0) &&
	    (find_origins(&h, err) != 0 || look(&h, err) != 0))
		return -1;
	if (h.view->branch.n > 0 || h.view->since_ms > 0 || h.view->max_depth > 0)
		return 0;
	return scan_git_files(&h, place, err);
}
