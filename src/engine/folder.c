/* Scans of a folder, of one file, and of a text. */
#include "base/os/fd.h"
#include "engine/own.h"
#include "engine/pair.h"
#include "read/source/dir/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

struct folder_job {
	const struct scan *scan;
	const struct dir_list *list;
	const struct skip_list *skip;
	unsigned detectors;
	bool named; /* the user named the entries, one by one */
};

static int lint_entry(
    struct unit_detectors *d, const struct dir_entry *entry, struct unit *unit, struct err *err)
{
	if (!S_ISLNK(entry->mode))
		return unit_detect_content(d, entry->path, unit, err);
	unit->bytes = entry->target;
	return unit_detect(d, unit, err);
}

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

/* The path that the commit's tree has for it. */
static struct str path_in_tree(const struct folder_job *f, struct str path, struct arena *arena)
{
	struct str scope = f->scan->since->scope;

	if (f->named)
		return scope;
	if (scope.n == 0)
		return path;
	return arena_fmt(arena, STR_FMT "/" STR_FMT, STR_ARG(scope), STR_ARG(path));
}

static int look_at_entry(
    struct folder_own *o, const struct dir_entry *entry, const struct unit *unit, struct err *err)
{
	struct unit looked = *unit;
	struct git_old old;
	struct str path;
	size_t n_old;
	bool any;

	looked.bytes = entry->target;
	if (own_look(&o->own, S_ISLNK(entry->mode) ? NULL : &o->files.content, entry->path, false,
		&looked, &any, err) != 0)
		return -1;
	if (!any)
		return 0;
	path = path_in_tree(o->task, entry->path, &o->own.arena);
	if (!path.p)
		return arena_err(&o->own.arena, err);
	n_old = find_old(o, path, &old) ? 1 : 0;
	return own_weigh(&o->own, path, &old, n_old, err);
}

static int run_entries(
    struct unit_detectors *d, const struct folder_job *f, struct folder_own *o, struct err *err)
{
	for (size_t i = 0; i < f->list->entries.n; i++) {
		const struct dir_entry *entry = &f->list->entries.p[i];
		struct unit unit = {.path = entry->path, .mode = entry->mode};

		if (skip_has(f->skip, entry->path))
			continue;
		if (lint_entry(d, entry, &unit, err) != 0 ||
		    (o && look_at_entry(o, entry, &unit, err) != 0))
			return -1;
	}
	return o ? own_end_folder(&o->own, f->scan->since->scope, f->scan->since->head, err) : 0;
}

/* With a commit to compare with, secrets are told when all of them are known. */
static int run_folder_since(struct job *job, const struct folder_job *f, struct err *err)
{
	struct folder_own own CLEANUP(folder_own_release) = {.task = f};
	struct unit_detectors d CLEANUP(unit_detectors_release);
	struct job half = *job;

	half_content_init(&own.files, job->content, PAIR_FILES);
	half_content_init(&own.objects, job->content, PAIR_OBJECTS);
	half.content = &own.files.content;
	if (unit_detectors_init(&d, &half, f->scan, f->detectors, err) != 0)
		return -1;
	d.named = f->named;
	d.secrets_elsewhere = true;
	own_init(&own.own, &d, f->skip);
	own.own.objects = &own.objects.content;
	own.own.bases = f->scan->since->commit;
	own.own.n_bases = 1;
	own.own.parent_is_base = true;
	return run_entries(&d, f, &own, err);
}

static int run_folder(struct job *job, void *arg, struct err *err)
{
	const struct folder_job *f = arg;
	struct unit_detectors d CLEANUP(unit_detectors_release) = {0};

	if (f->scan->since && (f->detectors & SCAN_SECRETS))
		return run_folder_since(job, f, err);
	if (unit_detectors_init(&d, job, f->scan, f->detectors, err) != 0)
		return -1;
	d.named = f->named;
	return run_entries(&d, f, NULL, err);
}

static int scan_entries(struct scan *scan, int dir_fd, const struct dir_list *list,
    unsigned detectors, bool named, struct err *err)
{
	struct content_dir content CLEANUP(content_dir_release);
	struct skip_list skip = {.n = 0};
	struct folder_job job = {scan, list, &skip, detectors, named};
	struct pair_content pair;

	content_dir_init(&content, dir_fd);
	pair_content_init(
	    &pair, &content.content, scan->since ? git_repo_content(scan->since->repo) : NULL);
	return attempt_run(scan, (detectors & SCAN_LINT) ? STAGE_VALIDATE : STAGE_SECRETS,
	    scan->since ? &pair.content : &content.content, run_folder, &job, &skip, NULL, err);
}

static int scan_opened_folder(struct scan *scan, int dir_fd, unsigned detectors, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct dir_list list = {0};
	struct report_sink sink;

	arena_init(&arena, scan->limits->scan_memory);
	report_sink_init(&sink, scan->report, scan->subject);
	if (dir_walk(dir_fd, scan->limits, (detectors & SCAN_LINT) ? STAGE_VALIDATE : STAGE_SECRETS,
		&sink.sink, &arena, &list, err) != 0)
		return -1;
	return scan_entries(scan, dir_fd, &list, detectors, false, err);
}

/* A file is a folder's only entry: the same way, and nothing beside it is looked at. */
static int scan_file(struct scan *scan, const char *path, unsigned detectors, struct err *err)
{
	struct str whole = str_of(path), folder = STR("."), name = whole;
	size_t slash = str_rchr(whole, '/');
	struct dir_entry entry = {.mode = S_IFREG | 0644};
	struct dir_list list = {
	    .entries = {&entry, 1, 1}
	     };
	int dir_fd CLEANUP_FD = -1;
	char *folder_path;

	if (slash != STR_NPOS) {
		folder = slash ? str_sub(whole, 0, slash) : STR("/");
		name = str_sub(whole, slash + 1, whole.n);
	}
	folder_path = arena_cstr(&scan->report->arena, folder);
	if (!folder_path)
		return arena_err(&scan->report->arena, err);
	dir_fd = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return err_sys(err, "%s", folder_path);
	entry.path = name;
	return scan_entries(scan, dir_fd, &list, detectors, true, err);
}

int scan_folder(struct scan *scan, const char *path, unsigned detectors, struct err *err)
{
	int dir_fd CLEANUP_FD = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir_fd >= 0)
		return scan_opened_folder(scan, dir_fd, detectors, err);
	if (errno != ENOTDIR)
		return err_sys(err, "%s", path);
	return scan_file(scan, path, detectors, err);
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
	struct text_job job = {
	    scan, {.path = name, .bytes = bytes},
		  detectors
	   };
	struct content_memory nothing;
	struct skip_list skip = {.n = 0};

	content_memory_init(&nothing, NULL, NULL, 0);
	return attempt_run(scan, (detectors & SCAN_LINT) ? STAGE_VALIDATE : STAGE_SECRETS,
	    &nothing.content, run_text, &job, &skip, NULL, err);
}
