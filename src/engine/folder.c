/* Scans of a folder, of one file, and of a text. */
#include "base/os/fd.h"
#include "detect/lint/build_file.h"
#include "engine/leave_out.h"
#include "engine/own.h"
#include "engine/pair.h"
#include "engine/scan_builds.h"
#include "read/source/dir/dir.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What an item says if the linter took it. */
enum { LINTED_TAG = 1 << 16 | 0x108 };

struct folder_job {
	const struct scan *scan;
	const struct where *where;
	const struct dir_entry *const *entries; /* to read, in the list's order */
	size_t n_entries;
	unsigned detectors;
	const struct dir_list *list;  /* all of the folder; NULL: a file is named */
	const struct skip_list *skip; /* of run_folder_since */
	bool linted;		      /* in the parent: an item was */
};

static bool is_special(uint32_t mode)
{
	return !S_ISREG(mode) && !S_ISLNK(mode);
}

/* What findings call an entry, in `buf`. */
static int unit_path(
    const struct where *where, struct str path, struct buf *buf, struct str *ret, struct err *err)
{
	buf_clear(buf);
	if (where->file.n > 0) {
		buf_add(buf, where->unit);
	} else {
		buf_add(buf, where->view.prefix);
		buf_add(buf, path);
	}
	*ret = buf_str(buf);
	return buf_ok(buf) ? 0 : buf_err(buf, "a path", err);
}

/* ---- in a reader ---- */

static int read_entry(struct unit_detectors *d, const struct where *where,
    const struct dir_entry *entry, struct unit *unit, struct buf *path, struct err *err)
{
	*unit = (struct unit){.mode = entry->mode};
	if (unit_path(where, entry->path, path, &unit->origin.path, err) != 0)
		return -1;
	if (!S_ISLNK(entry->mode))
		return unit_detect_content(d, entry->path, unit, err);
	unit->bytes = entry->target;
	return unit_detect(d, unit, err);
}

/* What a reader keeps from item to item. */
struct folder_reader {
	struct unit_detectors detectors;
	struct buf path;
};

static int folder_begin(struct job *job, void *arg, struct err *err)
{
	const struct folder_job *f = arg;
	struct folder_reader *r = calloc(1, sizeof *r);

	if (!r)
		return err_nomem(err);
	job->state = r;
	buf_init(&r->path, 4 * job->limits->path_bytes);
	if (unit_detectors_init(&r->detectors, job, f->scan, f->detectors, err) != 0)
		return -1;
	r->detectors.named = f->where->file.n > 0;
	r->detectors.found = true;
	r->detectors.list = f->list;
	return 0;
}

static void folder_end(struct job *job, void *arg)
{
	struct folder_reader *r = job->state;

	(void)arg;
	if (!r)
		return;
	unit_detectors_release(&r->detectors);
	buf_release(&r->path);
	free(r);
}

static void walk_nothing(struct wire *w, void *item)
{
	(void)w, (void)item;
}

static int folder_item(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct folder_job *f = arg;
	struct folder_reader *r = job->state;
	struct unit unit;

	r->detectors.linted = 0;
	if (read_entry(&r->detectors, f->where, f->entries[item], &unit, &r->path, err) != 0)
		return -1;
	return r->detectors.linted > 0 ? reply_send(job, LINTED_TAG, NULL, walk_nothing, err) : 0;
}

static struct str folder_name(const void *arg, size_t item)
{
	const struct dir_entry *entry = ((const struct folder_job *)arg)->entries[item];

	return S_ISLNK(entry->mode) ? STR_NONE : entry->path;
}

static int folder_reply(void *arg, size_t item, struct str bytes, struct err *err)
{
	struct folder_job *f = arg;

	(void)item;
	f->linted = true;
	return wire_get(bytes, LINTED_TAG, "reply", NULL, walk_nothing, NULL, err);
}

/* ---- in the only reader, if there is a commit to compare with ---- */

/* A job's content, in two halves; and what of the folder is new. */
struct folder_own {
	const struct folder_job *task;
	struct half_content files, objects;
	struct own own;
};

static void folder_own_release(struct folder_own *o)
{
	own_release(&o->own);
}

/* The object that stood in the commit at this path; false if there was none. */
static bool find_old(struct folder_own *o, struct str path, struct git_old *ret)
{
	const struct scan_since *since = o->task->scan->since;
	struct git_tree_entry entry;
	struct err ignored = ERR_INIT;

	arena_clear(&o->own.scratch);
	if (git_path_find(&o->objects.content, o->task->scan->limits, since->commit, path,
		&o->own.scratch, &entry, &ignored) != CONTENT_OK ||
	    (git_mode_kind(entry.mode) != GIT_KIND_FILE &&
		git_mode_kind(entry.mode) != GIT_KIND_LINK))
		return false;
	*ret = (struct git_old){.oid = entry.oid};
	return true;
}

static int look_at_entry(
    struct folder_own *o, const struct dir_entry *entry, const struct unit *unit, struct err *err)
{
	struct unit looked = *unit;
	struct git_old old;
	size_t n_old;
	bool any;

	looked.bytes = entry->target;
	if (own_look(&o->own, S_ISLNK(entry->mode) ? NULL : &o->files.content, entry->path, false,
		&looked, &any, err) != 0)
		return -1;
	if (!any)
		return 0;
	n_old = find_old(o, unit->origin.path, &old) ? 1 : 0;
	return own_weigh(&o->own, unit->origin.path, &old, n_old, err);
}

/* Secrets are reported when all of them are known. */
static int look_at_entries(struct folder_own *o, struct unit_detectors *d, struct err *err)
{
	const struct folder_job *f = o->task;
	struct buf path CLEANUP(buf_release) = BUF_INIT(4 * d->job->limits->path_bytes);
	struct str scope = f->where->view.prefix;

	d->named = f->where->file.n > 0;
	/* What was looked at, as the base's tree has its path. */
	scope = d->named ? f->where->unit : str_sub(scope, 0, scope.n - (scope.n > 0));
	d->found = true;
	d->list = f->list;
	for (size_t i = 0; i < f->n_entries; i++) {
		struct unit unit;

		if (unit_path(f->where, f->entries[i]->path, &path, &unit.origin.path, err) != 0)
			return -1;
		if (skip_has(f->skip, unit.origin.path))
			continue;
		if (read_entry(d, f->where, f->entries[i], &unit, &path, err) != 0 ||
		    look_at_entry(o, f->entries[i], &unit, err) != 0)
			return -1;
	}
	return own_end_folder(&o->own, scope, f->scan->since->head, err);
}

static int run_folder_since(struct job *job, void *arg, struct err *err)
{
	const struct folder_job *f = arg;
	struct folder_own own CLEANUP(folder_own_release) = {.task = f};
	struct unit_detectors d CLEANUP(unit_detectors_release) = {0};
	struct job half = *job;

	half_content_init(&own.files, job->content, PAIR_FILES);
	half_content_init(&own.objects, job->content, PAIR_OBJECTS);
	half.content = &own.files.content;
	if (unit_detectors_init(&d, &half, f->scan, f->detectors, err) != 0)
		return -1;
	d.secrets_elsewhere = true;
	own_init(&own.own, &d, f->skip);
	own.own.objects = &own.objects.content;
	own.own.bases = f->scan->since->commit;
	own.own.n_bases = 1;
	own.own.parent_is_base = true;
	return look_at_entries(&own, &d, err);
}

/* ---- the parent ---- */

static enum stage first_stage(unsigned detectors)
{
	return (detectors & SCAN_LINT) ? STAGE_VALIDATE : STAGE_SECRETS;
}

/* Which entries any detector would read; devices, FIFOs and sockets are reported elsewhere. */
static int choose_entries(
    struct folder_job *f, const struct dir_list *list, struct arena *arena, struct err *err)
{
	const struct dir_entry **chosen =
	    arena_array(arena, list->entries.n, sizeof(struct dir_entry *));
	const struct lint_opts opts = {
	    .named = f->where->file.n > 0, .build = f->scan->build, .builds = f->scan->builds};
	struct buf path CLEANUP(buf_release) = BUF_INIT(4 * f->scan->limits->path_bytes);
	struct str name;

	if (!chosen)
		return arena_err(arena, err);
	for (size_t i = 0; i < list->entries.n; i++) {
		const struct dir_entry *e = &list->entries.p[i];

		if (unit_path(f->where, e->path, &path, &name, err) != 0)
			return -1;
		if (!is_special(e->mode) && ((f->detectors & SCAN_SECRETS) || S_ISLNK(e->mode) ||
						lint_wants_path(name, &opts)))
			chosen[f->n_entries++] = e;
	}
	f->entries = chosen;
	return 0;
}

static int scan_since(
    struct scan *scan, struct folder_job *f, struct content *files, struct err *err)
{
	struct skip_list skip = {.n = 0};
	struct pair_content pair;

	pair_content_init(&pair, files, git_repo_content(scan->since->repo));
	f->skip = &skip;
	return scan_walk(scan, first_stage(f->detectors),
	    &(struct pool_one){.content = &pair.content, .fn = run_folder_since, .arg = f}, &skip,
	    err);
}

static int scan_entries(struct scan *scan, const struct where *where, int dir_fd,
    const struct dir_list *list, unsigned detectors, bool *ret_linted, struct err *err)
{
	struct content_dir content CLEANUP(content_dir_release);
	struct arena arena CLEANUP(arena_release);
	struct folder_job job = {.scan = scan,
	    .where = where,
	    .detectors = detectors,
	    .list = where->file.n > 0 ? NULL : list};
	struct pool_work work = {.content = &content.content,
	    .arg = &job,
	    .begin = folder_begin,
	    .item = folder_item,
	    .end = folder_end,
	    .name = folder_name,
	    .reply = folder_reply};

	content_dir_init(&content, dir_fd);
	arena_init(&arena, scan->limits->scan_memory);
	if (choose_entries(&job, list, &arena, err) != 0)
		return -1;
	work.n = job.n_entries;
	if ((scan->since && (detectors & SCAN_SECRETS)
		    ? scan_since(scan, &job, &content.content, err)
		    : scan_items(scan, first_stage(detectors), &work, err)) != 0)
		return -1;
	*ret_linted = job.linted;
	return 0;
}

/* A device, FIFO or socket that stands where a detector would have read. */
static int tell_special(struct scan *scan, struct sink *sink, struct str path, uint32_t mode,
    unsigned detectors, struct err *err)
{
	const struct lint_opts opts = {.build = scan->build, .builds = scan->builds};
	bool linted = (detectors & SCAN_LINT) && lint_wants_path(path, &opts);
	struct buf why CLEANUP(buf_release) = BUF_INIT(KIB(1));
	struct not_covered gap = {
	    .stage = linted ? STAGE_VALIDATE : STAGE_SECRETS,
	    .kind = GAP_SPECIAL_FILE,
	    .what = path,
	};

	if (!linted && !(detectors & SCAN_SECRETS))
		return 0;
	buf_addf(&why, "%s, which is not read", file_kind(mode));
	gap.why = buf_str(&why);
	return sink_gap(sink, &gap, err);
}

static int tell_unread(struct sink *sink, struct str path, const struct dir_unread *unread,
    enum stage stage, struct err *err)
{
	struct not_covered gap = {
	    .stage = stage, .kind = GAP_UNREADABLE, .what = path, .why = unread->why};
	struct problem problem = {.stage = stage,
	    .code = unread->code,
	    .message = unread->why,
	    .place = {.origin.path = path}};

	/* What was named itself, and what the machine is at fault for, is no gap. */
	if (unread->code == ERR_LIMIT || unread->machine || unread->path.n == 0)
		return sink_problem(sink, &problem, err);
	return sink_gap(sink, &gap, err);
}

static int tell_what_is_not_read(struct scan *scan, const struct where *where,
    const struct dir_list *list, unsigned detectors, struct err *err)
{
	struct buf buf CLEANUP(buf_release) = BUF_INIT(4 * scan->limits->path_bytes);
	struct report_sink sink;
	struct str path;

	report_sink_init(&sink, scan->report, scan->subject);
	for (size_t i = 0; i < list->entries.n; i++) {
		const struct dir_entry *e = &list->entries.p[i];

		if (is_special(e->mode) &&
		    (unit_path(where, e->path, &buf, &path, err) != 0 ||
			tell_special(scan, &sink.sink, path, e->mode, detectors, err) != 0))
			return -1;
	}
	for (size_t i = 0; i < list->unread.n; i++) {
		const struct dir_unread *u = &list->unread.p[i];

		if (unit_path(where, u->path, &buf, &path, err) != 0 ||
		    tell_unread(&sink.sink, path, u, first_stage(detectors), err) != 0)
			return -1;
	}
	return 0;
}

/* What stands in the way of the named folder itself. */
static int tell_folder(struct scan *scan, enum stage stage, struct err *why, struct err *err)
{
	struct report_sink sink;

	report_sink_init(&sink, scan->report, scan->subject);
	return sink_error(&sink.sink, stage, STR_NONE, why, err);
}

/* What the folder's bake and Compose files say is built. */
static int find_builds(struct scan *scan, const struct where *where, int dir_fd,
    const struct dir_list *list, struct arena *arena, struct err *err)
{
	struct content_dir content CLEANUP(content_dir_release);
	struct buf buf CLEANUP(buf_release) = BUF_INIT(4 * scan->limits->path_bytes);
	VEC(struct build_file_name) files = {0};
	struct lint_builds builds;

	content_dir_init(&content, dir_fd);
	for (size_t i = 0; i < list->entries.n; i++) {
		const struct dir_entry *e = &list->entries.p[i];
		struct build_file_name file = {.name = e->path};

		if (!S_ISREG(e->mode) || !build_file_is_name(e->path))
			continue;
		if (unit_path(where, e->path, &buf, &file.path, err) != 0)
			return -1;
		file.path = arena_str(arena, file.path);
		vec_push(&files, arena, file);
	}
	if (arena_check(arena, err) != 0)
		return -1;
	if (scan_builds(scan, &content.content, files.p, files.n, &builds, err) != 0)
		return -1;
	return lint_builds_add(&scan->builds, builds, &scan->report->arena, err);
}

/* Submodules have their repositories in this one's folder. */
static int tell_modules(
    struct scan *scan, const struct where *where, const struct dir_list *list, struct err *err)
{
	struct buf buf CLEANUP(buf_release) = BUF_INIT(4 * scan->limits->path_bytes);
	struct report_sink sink;

	report_sink_init(&sink, scan->report, scan->subject);
	for (size_t i = 0; i < list->entries.n; i++) {
		struct str path = list->entries.p[i].path, folder;
		struct not_covered gap = {.stage = STAGE_SECRETS,
		    .kind = GAP_SUBMODULE,
		    .why = STR("a submodule's repository: its commits were not looked at; name it "
			       "by itself")};

		if (!str_starts(path, STR("modules/")) || !str_ends(path, STR("/HEAD")) ||
		    str_has(path, STR("/logs/")) || str_has(path, STR("/refs/")) ||
		    str_has(path, STR("/worktrees/")))
			continue;
		folder = str_sub(path, 0, path.n - (sizeof "/HEAD" - 1));
		if (unit_path(where, folder, &buf, &gap.what, err) != 0 ||
		    sink_gap(&sink.sink, &gap, err) != 0)
			return -1;
	}
	return 0;
}

static int scan_opened(
    struct scan *scan, const struct where *where, int dir_fd, unsigned detectors, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct dir_list list = {0};
	struct err why = ERR_INIT;
	bool linted;

	arena_init(&arena, scan->limits->scan_memory);
	if (dir_walk(dir_fd, detectors & SCAN_GIT_FILES ? git_place_is_objects : NULL, scan->limits,
		&arena, &list, err) != 0)
		return -1;
	if ((detectors & SCAN_GIT_FILES) && tell_modules(scan, where, &list, err) != 0)
		return -1;
	if (tell_submodules(scan, where, &list, detectors, err) != 0)
		return -1;
	if (detectors & SCAN_NOT_IGNORED)
		leave_out_ignored(scan, where, &list, &arena);
	if ((detectors & SCAN_LINT) && find_builds(scan, where, dir_fd, &list, &arena, err) != 0)
		return -1;
	if (tell_what_is_not_read(scan, where, &list, detectors, err) != 0 ||
	    scan_entries(scan, where, dir_fd, &list, detectors, &linted, err) != 0)
		return -1;
	if ((detectors & SCAN_NAMED) && !(detectors & SCAN_SECRETS) && !linted) {
		(void)err_set(&why, ERR_UNSUPPORTED,
		    "%s: there is no Dockerfile and no task definition in this folder, so nothing "
		    "was judged",
		    where->folder);
		return tell_folder(scan, STAGE_VALIDATE, &why, err);
	}
	return 0;
}

int scan_folder(struct scan *scan, const struct where *where, unsigned detectors, struct err *err)
{
	int dir_fd CLEANUP_FD = open(where->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dir_entry entry = {.path = where->file, .mode = S_IFREG | 0644};
	struct dir_list list = {.entries = {&entry, 1, 1}};
	struct str prefix = where->view.prefix;
	struct err why = ERR_INIT;
	bool linted;

	if (dir_fd < 0) {
		(void)err_sys(&why, "%s", where->folder);
		return tell_folder(scan, first_stage(detectors), &why, err);
	}
	/* Files of commits are packed in there, and nothing here unpacks them. Its own files, such
	 * as config and hooks, are looked through all the same. */
	if (where->bare && where->file.n == 0 && !(detectors & SCAN_GIT_FILES) &&
	    (prefix.n == 0 || str_starts(prefix, STR("objects/")))) {
		(void)err_set(&why, ERR_UNSUPPORTED,
		    "%s is a git repository without a work tree, so no file of its commits was "
		    "looked at: name a work tree, or give `check` a --base BRANCH, or use "
		    "`secrets git --range BASE..HEAD` or `run`",
		    where->folder);
		if (tell_folder(scan, first_stage(detectors), &why, err) != 0)
			return -1;
		detectors &= ~(unsigned)(SCAN_LINT | SCAN_NAMED);
	}
	if (detectors == 0)
		return 0;
	/* A file is a folder's only entry: the same way, and nothing beside it is looked at. */
	if (where->file.n > 0)
		return scan_entries(scan, where, dir_fd, &list, detectors, &linted, err);
	return scan_opened(scan, where, dir_fd, detectors, err);
}

struct text_job {
	const struct scan *scan;
	struct unit unit;
	unsigned detectors;
};

static int run_text(struct job *job, void *arg, struct err *err)
{
	const struct text_job *t = arg;
	struct unit_detectors d CLEANUP(unit_detectors_release);

	if (unit_detectors_init(&d, job, t->scan, t->detectors, err) != 0)
		return -1;
	d.named = true;
	return unit_detect(&d, &t->unit, err);
}

int scan_text(
    struct scan *scan, struct str name, struct str bytes, unsigned detectors, struct err *err)
{
	struct text_job job = {scan, {.origin.path = name, .bytes = bytes}, detectors};

	return scan_walk(scan, first_stage(detectors),
	    &(struct pool_one){.fn = run_text, .arg = &job}, NULL, err);
}
