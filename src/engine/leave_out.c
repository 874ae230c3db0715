#include "engine/leave_out.h"

#include "base/map.h"
#include "base/os/fd.h"

#include <sys/stat.h>
#include <unistd.h>

#define IGNORE_FILE STR(".gitignore")

static bool owner_of(const char *path, uid_t *ret)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	*ret = st.st_uid;
	return true;
}

/* A repository that another user put above the folder must not hide what is in it. */
static bool is_ours(const char *top, const char *folder, struct arena *arena)
{
	struct str text = arena_fmt(arena, "%s/.git", top);
	const char *git = text.p ? arena_cstr(arena, text) : NULL;
	uid_t owner, mine;

	if (!git || !owner_of(git, &owner) || !owner_of(folder, &mine))
		return false;
	return owner == 0 || owner == geteuid() || owner == mine;
}

static int refuse_special(const char *folder, struct str name, uint32_t mode, struct err *why)
{
	return err_set(
	    why, ERR_UNSUPPORTED, "%s/" STR_FMT " is %s", folder, STR_ARG(name), file_kind(mode));
}

/* Git would wait for ever at an ignore file that is a FIFO. */
static int check_below(const struct dir_list *list, const char *folder, struct err *why)
{
	for (size_t i = 0; i < list->entries.n; i++) {
		const struct dir_entry *e = &list->entries.p[i];
		size_t slash = str_rchr(e->path, '/');
		struct str name = str_sub(e->path, slash == STR_NPOS ? 0 : slash + 1, e->path.n);

		if (str_eq(name, IGNORE_FILE) && !S_ISREG(e->mode) && !S_ISLNK(e->mode))
			return refuse_special(folder, e->path, e->mode, why);
	}
	return 0;
}

static int check_above(const char *top, struct str prefix, struct arena *arena, struct err *why)
{
	struct str folder = str_of(top), part;

	while (str_cut(&prefix, '/', &part)) {
		struct str file = arena_fmt(arena, STR_FMT "/.gitignore", STR_ARG(folder));
		const char *path = file.p ? arena_cstr(arena, file) : NULL;
		struct stat st;

		if (!path)
			return arena_err(arena, why);
		if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
			return refuse_special(
			    arena_cstr(arena, folder), IGNORE_FILE, st.st_mode, why);
		folder = arena_fmt(arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(part));
		if (!folder.p)
			return arena_err(arena, why);
	}
	return 0;
}

static int ask(struct scan *scan, const struct where *where, const struct dir_list *list,
    struct arena *arena, struct map *ret, struct err *why)
{
	struct git_repo *repo CLEANUP(git_repo_closep) = NULL;
	struct str text = arena_fmt(arena, "%s/" STR_FMT, where->top, STR_ARG(where->view.prefix));
	const char *folder = text.p ? arena_cstr(arena, text) : NULL;

	if (!folder)
		return arena_err(arena, why);
	if (check_below(list, where->folder, why) != 0 ||
	    check_above(where->top, where->view.prefix, arena, why) != 0 ||
	    git_repo_open(where->top, scan->limits, &repo, why) != 0)
		return -1;
	if (git_repo_is_bare(repo))
		return 0;
	return git_ignored(repo, where->top, folder, arena, ret, why);
}

/* The path itself, or a folder that it is in. */
static bool is_ignored(const struct map *ignored, struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '/' && map_has(ignored, str_sub(path, 0, i + 1)))
			return true;
	}
	return map_has(ignored, path);
}

static bool is_left(const struct map *ignored, const struct dir_list *list)
{
	for (size_t i = 0; i < list->entries.n; i++)
		if (!is_ignored(ignored, list->entries.p[i].path))
			return true;
	return false;
}

/* Of a folder that is ignored itself, and was named all the same, nothing is. */
static void leave_out(const struct map *ignored, struct dir_list *list)
{
	size_t kept = 0;

	if (!is_left(ignored, list))
		return;
	for (size_t i = 0; i < list->entries.n; i++) {
		if (!is_ignored(ignored, list->entries.p[i].path))
			list->entries.p[kept++] = list->entries.p[i];
	}
	list->entries.n = kept;
	kept = 0;
	for (size_t i = 0; i < list->unread.n; i++) {
		/* If there are too many files, those behind this place are missing as well. */
		if (list->unread.p[i].code == ERR_LIMIT ||
		    !is_ignored(ignored, list->unread.p[i].path))
			list->unread.p[kept++] = list->unread.p[i];
	}
	list->unread.n = kept;
}

void leave_out_ignored(
    struct scan *scan, const struct where *where, struct dir_list *list, struct arena *arena)
{
	struct err why = ERR_INIT;
	struct map ignored;

	map_init(&ignored, arena);
	if (!where->top || !is_ours(where->top, where->folder, arena))
		return;
	if (ask(scan, where, list, arena, &ignored, &why) == 0)
		leave_out(&ignored, list);
	else if (scan->warning)
		*scan->warning = why;
}

/* ---- submodules ---- */

/* The .git file that leads to its repository does not count. */
static bool holds_files(const struct dir_list *list, struct str below)
{
	for (size_t i = 0; i < list->entries.n; i++) {
		struct str path = list->entries.p[i].path;

		if (str_starts(path, below) && !str_eq(str_sub(path, below.n, path.n), STR(".git")))
			return true;
	}
	for (size_t i = 0; i < list->unread.n; i++) {
		if (str_starts(list->unread.p[i].path, below))
			return true;
	}
	return false;
}

/* Whether one of the folder's submodules is missing from it. */
static int is_missing(const struct where *where, const struct dir_list *list, struct str path,
    struct arena *arena, bool *ret, struct err *err)
{
	struct str inside = arena_fmt(arena, STR_FMT "/", STR_ARG(path));
	struct str prefix = where->view.prefix;

	if (!inside.p)
		return arena_err(arena, err);
	if (str_starts(prefix, inside))
		*ret = !holds_files(list, STR(""));
	else
		*ret = str_starts(inside, prefix) &&
		       !holds_files(list, str_sub(inside, prefix.n, inside.n));
	return 0;
}

static int tell_gap(
    struct sink *sink, unsigned detectors, const struct not_covered *gap, struct err *err)
{
	struct not_covered one = *gap;

	one.stage = STAGE_VALIDATE;
	if ((detectors & SCAN_LINT) && sink_gap(sink, &one, err) != 0)
		return -1;
	one.stage = STAGE_SECRETS;
	return (detectors & SCAN_SECRETS) ? sink_gap(sink, &one, err) : 0;
}

static int ask_gitlinks(struct scan *scan, const struct where *where, struct arena *arena,
    struct map *ret, struct err *why)
{
	struct git_repo *repo CLEANUP(git_repo_closep) = NULL;

	if (git_repo_open(where->top, scan->limits, &repo, why) != 0)
		return why->code == ERR_NOT_FOUND ? 0 : -1;
	return git_repo_is_bare(repo) ? 0 : git_gitlinks(repo, arena, ret, why);
}

int tell_submodules(struct scan *scan, const struct where *where, const struct dir_list *list,
    unsigned detectors, struct err *err)
{
	struct not_covered gap = {
	    .kind = GAP_SUBMODULE, .why = STR("a submodule: its content is in another repository")};
	struct arena arena CLEANUP(arena_release);
	struct report_sink sink;
	struct err why = ERR_INIT;
	struct map links;
	bool missing;

	arena_init(&arena, scan->limits->scan_memory);
	map_init(&links, &arena);
	report_sink_init(&sink, scan->report, scan->subject);
	if (!where->top || !is_ours(where->top, where->folder, &arena))
		return 0;
	if (ask_gitlinks(scan, where, &arena, &links, &why) != 0) {
		(void)err_wrap(&why, "submodules that are not fetched are not known");
		if (err_is_machine(&why))
			return sink_error(&sink.sink,
			    (detectors & SCAN_LINT) ? STAGE_VALIDATE : STAGE_SECRETS,
			    STR(".git/index"), &why, err);
		gap.kind = GAP_UNREADABLE;
		gap.what = STR(".git/index");
		gap.why = str_of(why.text);
		return tell_gap(&sink.sink, detectors, &gap, err);
	}
	for (size_t i = 0; i < links.n; i++) {
		gap.what = links.items[i].key;
		if (is_missing(where, list, gap.what, &arena, &missing, err) != 0 ||
		    (missing && tell_gap(&sink.sink, detectors, &gap, err) != 0))
			return -1;
	}
	return 0;
}
