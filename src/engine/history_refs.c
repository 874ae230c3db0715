/*
 * What a repository's refs, logs and indexes name, read as the files that they are
 * (gitrepository-layout, gitformat-index). Nothing is resolved by name: what matters is
 * which ids there are.
 */
#include "engine/history.h"
#include "read/source/git/git_index.h"

enum { REFS_TAG = 1 << 16 | 0x112, REF_FILE_BYTES = 64 << 20, REFS_MAX = 1 << 20, LOST_MAX = 20 };

struct refs_reply {
	struct history_ref *refs;
	size_t n_refs;
	struct history_ref *logged; /* by a log alone: without a name */
	size_t n_logged;
	struct history_ref *staged; /* by an index: the name is a path */
	size_t n_staged;
};

static void walk_ref(struct wire *w, void *item)
{
	struct history_ref *ref = item;

	wire_str(w, &ref->name);
	wire_str(w, &ref->id);
	wire_str(w, &ref->target);
}

static void walk_refs(struct wire *w, void *item)
{
	struct refs_reply *r = item;

	r->refs = wire_items(w, r->refs, &r->n_refs, sizeof *r->refs, 12, walk_ref);
	r->logged = wire_items(w, r->logged, &r->n_logged, sizeof *r->logged, 12, walk_ref);
	r->staged = wire_items(w, r->staged, &r->n_staged, sizeof *r->staged, 12, walk_ref);
}

/* ---- in a reader ---- */

struct refs_job {
	struct repo_history *h;
	const struct dir_list *list; /* of the repository's folder, objects left out */
};

struct refs_read {
	struct job *job;
	const struct repo_history *h;
	struct map logged; /* raw ids that were seen in logs */
	VEC(struct history_ref) refs, logs, staged;
};

/* An id in hex as its bytes; empty if it is none of this repository. */
static struct str raw_of(struct refs_read *r, struct str hex)
{
	unsigned char raw[GIT_ID_MAX];

	if (hex.n != 2 * r->h->store->id_bytes || !git_oid_raw(hex, raw))
		return STR_NONE;
	return arena_str(r->job->arena, str_make((const char *)raw, r->h->store->id_bytes));
}

/* target: of a symbolic ref, instead of an id. */
static void add_ref(struct refs_read *r, struct str name, struct str hex, struct str target)
{
	struct history_ref ref = {.id = raw_of(r, hex), .target = target};

	if ((ref.id.n == 0 && target.n == 0) || r->refs.n >= REFS_MAX)
		return;
	ref.name = arena_str(r->job->arena, name);
	vec_push(&r->refs, r->job->arena, ref);
}

static void read_packed(struct refs_read *r, struct str text)
{
	struct str line, id, name;

	while (str_cut(&text, '\n', &line)) {
		if (!str_starts(line, STR("#")) && !str_starts(line, STR("^")) &&
		    str_split(line, ' ', &id, &name))
			add_ref(r, str_trim(name), id, STR_NONE);
	}
}

/* What no ref has to lead to any more: ORIG_HEAD, FETCH_HEAD and the like are that, too. */
static void add_logged(struct refs_read *r, struct str id)
{
	struct history_ref ref = {.id = id};

	if (id.n > 0 && !map_has(&r->logged, id) && map_put(&r->logged, id, r))
		vec_push(&r->logs, r->job->arena, ref);
}

/* "<old> <new> <who> <when>\t<why>". */
static void read_log(struct refs_read *r, struct str text)
{
	struct str line, old, rest;

	while (str_cut(&text, '\n', &line)) {
		if (!str_split(line, ' ', &old, &rest))
			continue;
		add_logged(r, raw_of(r, old));
		add_logged(r, raw_of(r, str_sub(rest, 0, 2 * r->h->store->id_bytes)));
	}
}

/* Of the files that an index names those in which something is. */
static int read_index(struct refs_read *r, struct str path, struct str bytes, struct err *err)
{
	struct git_index_reader in;
	struct git_index_entry entry;
	struct err why = ERR_INIT;

	if (git_index_begin(&in, bytes, r->h->store->id_bytes, r->job->arena, &why) != 0)
		return sink_error(r->job->sink, STAGE_SECRETS, path, &why, err);
	while (git_index_next(&in, &entry, &why)) {
		struct history_ref staged = {.id = str_make(entry.id, r->h->store->id_bytes)};

		if (!map_has(&r->h->object_at, staged.id))
			continue;
		staged.name = arena_str(r->job->arena, entry.path);
		vec_push(&r->staged, r->job->arena, staged);
	}
	if (why.code != ERR_NONE)
		return sink_error(r->job->sink, STAGE_SECRETS, path, &why, err);
	return 0;
}

/* What a file of the repository's folder is, by its path from there. */
static int read_file(struct refs_read *r, struct str path, struct err *err)
{
	struct str text, base = str_base_name(path), where = STR(""), rest = path;
	struct err why = ERR_INIT;
	bool in_logs;

	/* A linked work tree's own part has the same names again. */
	if (str_starts(path, STR("worktrees/"))) {
		rest = str_sub(path, 10, path.n);
		if (!str_split(rest, '/', &where, &rest))
			return 0;
	}
	in_logs = str_starts(rest, STR("logs/"));
	if (!in_logs && !str_starts(rest, STR("refs/")) && !str_eq(rest, STR("packed-refs")) &&
	    !str_eq(rest, STR("index")) && !str_ends(base, STR("HEAD")))
		return 0;
	if (content_read_all(r->job->content, path, REF_FILE_BYTES, r->job->arena, &text, &why) !=
	    CONTENT_OK) {
		if (why.code == ERR_NONE)
			(void)err_set(&why, ERR_NOT_FOUND,
			    "it is no file, or went away while this ran, so what it leads to is not known");
		return sink_error(r->job->sink, STAGE_SECRETS, path, &why, err);
	}
	if (in_logs)
		read_log(r, text);
	else if (str_eq(rest, STR("packed-refs")))
		read_packed(r, text);
	else if (str_eq(rest, STR("index")))
		return read_index(r, path, text, err);
	else if (!str_starts(rest, STR("refs/")) && !str_eq(rest, STR("HEAD")))
		add_logged(r, raw_of(r, str_sub(text, 0, 2 * r->h->store->id_bytes)));
	else if (str_starts(text, STR("ref: ")))
		add_ref(r, path, STR(""), str_trim(str_sub(text, 5, text.n)));
	else
		add_ref(r, path, str_sub(text, 0, 2 * r->h->store->id_bytes), STR_NONE);
	return 0;
}

/* A ref that leads to nothing that is here: what it led to was not looked at. */
static int tell_lost_refs(struct refs_read *r, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < r->refs.n; i++) {
		const struct history_ref *ref = &r->refs.p[i];
		struct err why = ERR_INIT;

		if (ref->id.n == 0 ||
		    git_store_has(r->h->store, (const unsigned char *)ref->id.p) || n++ >= LOST_MAX)
			continue;
		(void)err_set(&why, ERR_NOT_FOUND,
		    "it names an object that is not here, so that was not looked at (git fsck says more)");
		if (sink_error(r->job->sink, STAGE_SECRETS, ref->name, &why, err) != 0)
			return -1;
	}
	return 0;
}

static int run_refs(struct job *job, void *arg, struct err *err)
{
	const struct refs_job *j = arg;
	struct refs_read r = {.job = job, .h = j->h};
	struct refs_reply reply;

	map_init(&r.logged, job->arena);
	for (size_t i = 0; i < j->list->entries.n; i++) {
		if (read_file(&r, j->list->entries.p[i].path, err) != 0)
			return -1;
	}
	if (arena_check(job->arena, err) != 0 || tell_lost_refs(&r, err) != 0)
		return -1;
	reply = (struct refs_reply){r.refs.p, r.refs.n, r.logs.p, r.logs.n, r.staged.p, r.staged.n};
	return reply_send(job, REFS_TAG, &reply, walk_refs, err);
}

/* ---- in the parent ---- */

static int take_refs(void *arg, struct str bytes, struct err *err)
{
	struct repo_history *h = ((struct refs_job *)arg)->h;
	struct refs_reply r = {.refs = NULL};

	if (reply_take(bytes, REFS_TAG, &r, walk_refs, &h->arena, err) != 0)
		return -1;
	h->refs.p = r.refs;
	h->refs.n = h->refs.cap = r.n_refs;
	h->logged.p = r.logged;
	h->logged.n = h->logged.cap = r.n_logged;
	h->staged.p = r.staged;
	h->staged.n = h->staged.cap = r.n_staged;
	return 0;
}

int history_refs(struct repo_history *h, int common_fd, struct err *err)
{
	struct content_dir content CLEANUP(content_dir_release);
	struct refs_job job = {.h = h};
	struct dir_list list = {0};
	const struct pool_one one = {
	    .content = &content.content, .fn = run_refs, .reply = take_refs, .arg = &job};

	content_dir_init(&content, common_fd);
	if (dir_walk(common_fd, git_place_is_objects, h->scan->limits, &h->arena, &list, err) != 0)
		return -1;
	job.list = &list;
	for (size_t i = 0; i < list.unread.n; i++) {
		struct report_sink sink;
		struct err why = ERR_INIT;

		report_sink_init(&sink, h->scan->report, h->scan->subject);
		(void)err_set(&why, list.unread.p[i].code, STR_FMT, STR_ARG(list.unread.p[i].why));
		if (sink_error(&sink.sink, STAGE_SECRETS, list.unread.p[i].path, &why, err) != 0)
			return -1;
	}
	return scan_walk(h->scan, STAGE_SECRETS, &one, NULL, err);
}
