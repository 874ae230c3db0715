#include "engine/where.h"

#include "base/buf.h"
#include "base/os/fd.h"
#include "read/source/git/repo.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The path without "." and doubled or trailing slashes; ".." stays, for links may stand before it.
 */
static int plain(struct str path, struct arena *arena, struct str *ret, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(2 * PATH_MAX);
	bool absolute = str_starts(path, STR("/"));
	struct str part;

	while (str_cut(&path, '/', &part)) {
		if (part.n == 0 || str_eq(part, STR(".")))
			continue;
		if (out.n > 0 || absolute)
			buf_addc(&out, '/');
		buf_add(&out, part);
	}
	if (!buf_ok(&out))
		return buf_err(&out, "a path", err);
	*ret = out.n > 0 ? arena_str(arena, buf_str(&out)) : STR("");
	return ret->p ? 0 : arena_err(arena, err);
}

/* "a/b" to "a/", "b" to "". */
static struct str parent_of(struct str path)
{
	size_t slash = str_rchr(path, '/');

	return slash == STR_NPOS ? STR("") : str_sub(path, 0, slash + 1);
}

/* `shown` without the folders of `prefix` at its end, or with a ".." for each. */
static int climb(
    struct str shown, struct str prefix, struct arena *arena, struct str *ret, struct err *err)
{
	struct str part;

	while (str_cut(&prefix, '/', &part)) {
		struct str rest = str_sub(shown, 0, shown.n - (shown.n > 0));
		struct str last = str_sub(rest, parent_of(rest).n, rest.n);

		if (last.n > 0 && !str_eq(last, STR(".."))) {
			shown = parent_of(rest);
			continue;
		}
		shown = arena_fmt(arena, STR_FMT "../", STR_ARG(shown));
		if (!shown.p)
			return arena_err(arena, err);
	}
	*ret = shown;
	return 0;
}

static bool is_same_folder(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* The top as the user sees it, or its real path if there is a link in between. */
static int find_top(struct where *w, struct arena *arena, struct err *err)
{
	struct str shown;
	const char *path;

	if (climb(w->view.shown, w->view.prefix, arena, &shown, err) != 0)
		return -1;
	path = arena_cstr(arena, shown.n > 0 ? shown : STR("."));
	if (!path)
		return arena_err(arena, err);
	if (!is_same_folder(path, w->top))
		shown = arena_fmt(arena, "%s/", w->top);
	w->view.top = shown;
	return shown.p ? 0 : arena_err(arena, err);
}

static int find_view(
    struct where *w, const char *real, bool alone, struct arena *arena, struct err *err)
{
	struct str below, git;
	struct stat st;

	if (!git_repo_discover(real, arena, &w->top)) {
		w->top = NULL;
		w->view.prefix = alone ? STR("") : w->view.shown;
		return 0;
	}
	git = arena_fmt(arena, "%s/.git", w->top);
	if (!git.p)
		return arena_err(arena, err);
	w->bare = lstat(git.p, &st) != 0;
	below = str_sub(str_of(real), strlen(w->top), strlen(real));
	if (str_starts(below, STR("/")))
		below = str_sub(below, 1, below.n);
	w->view.prefix = below.n > 0 ? arena_fmt(arena, STR_FMT "/", STR_ARG(below)) : STR("");
	return w->view.prefix.p ? find_top(w, arena, err) : arena_err(arena, err);
}

static int resolve(const char *path, struct arena *arena, char **ret_real, struct err *err)
{
	char real[PATH_MAX];

	if (!realpath(path, real))
		return err_sys(err, "%s", path);
	*ret_real = arena_cstr(arena, str_of(real));
	return *ret_real ? 0 : arena_err(arena, err);
}

/* A link that the user names is followed: its file is what he means. */
static int find_file(
    struct where *w, struct str shown, const char *real, struct arena *arena, struct err *err)
{
	struct str name = str_sub(shown, w->view.shown.n, shown.n),
		   folder = parent_of(str_of(real));
	const char *seen = arena_cstr(arena, w->view.shown.n > 0 ? w->view.shown : STR("."));
	char *real_seen;

	w->file = str_sub(str_of(real), folder.n, strlen(real));
	w->folder = arena_cstr(arena, folder);
	if (!seen || !w->folder)
		return arena_err(arena, err);
	if (resolve(seen, arena, &real_seen, err) != 0 ||
	    find_view(w, real_seen, false, arena, err) != 0)
		return -1;
	w->unit = arena_fmt(arena, STR_FMT STR_FMT, STR_ARG(w->view.prefix), STR_ARG(name));
	return w->unit.p ? 0 : arena_err(arena, err);
}

int where_find(
    struct str operand, bool several, struct arena *arena, struct where *ret, struct err *err)
{
	const char *path = arena_cstr(arena, operand);
	struct where w = {.folder = path};
	struct str shown;
	struct stat st;
	char *real;

	if (!path)
		return arena_err(arena, err);
	if (stat(path, &st) != 0)
		return err_sys(err, "%s", operand.n > 0 ? path : "\"\"");
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return err_set(err, ERR_UNSUPPORTED, "%s is %s: only files and folders are read",
		    path, file_kind(st.st_mode));
	if (resolve(path, arena, &real, err) != 0 || plain(operand, arena, &shown, err) != 0)
		return -1;
	w.view.shown = S_ISDIR(st.st_mode) ? shown : parent_of(shown);
	if (S_ISDIR(st.st_mode) && (shown.n > 0 || operand.p[0] == '/'))
		w.view.shown = arena_fmt(arena, STR_FMT "/", STR_ARG(shown));
	if (!w.view.shown.p)
		return arena_err(arena, err);
	if ((S_ISDIR(st.st_mode) ? find_view(&w, real, !several, arena, err)
				 : find_file(&w, shown, real, arena, err)) != 0)
		return -1;
	*ret = w;
	return 0;
}
