/*
 * A walk with one open descriptor for each level, so that no name is looked up twice and
 * nothing that is renamed under us leads out. Not recursive.
 */
#include "read/source/dir/dir.h"

#include "base/fault.h"
#include "base/os/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TARGET_BYTES_MAX = 4096 };

/* A folder that is being read. */
struct level {
	DIR *dir;
	size_t path_bytes; /* of the path, with the slash behind it */
};

struct dir_walking {
	dir_leaves_fn *leaves;
	const struct limits *limits;
	struct arena *arena;
	struct buf path; /* of what is looked at now */
	VEC(struct level) levels;
	struct dir_list list;
	bool full;
	struct err *err;
};

static void walk_release(struct dir_walking *w)
{
	for (size_t i = 0; i < w->levels.n; i++) {
		if (w->levels.p[i].dir)
			(void)closedir(w->levels.p[i].dir);
	}
	buf_release(&w->path);
}

static int tell(struct dir_walking *w, const struct err *why)
{
	struct dir_unread unread = {
	    .path = arena_str(w->arena, buf_str(&w->path)),
	    .code = why->code,
	    .machine = err_is_machine(why),
	    .why = arena_str(w->arena, str_of(why->text)),
	};

	vec_push(&w->list.unread, w->arena, unread);
	return arena_check(w->arena, w->err);
}

static int tell_sys(struct dir_walking *w)
{
	struct err why = ERR_INIT;

	(void)err_sys(&why, "it cannot be read, so nothing in it was looked at");
	return tell(w, &why);
}

static int tell_limit(struct dir_walking *w, const char *what)
{
	struct err why = ERR_INIT;

	(void)err_set(&why, ERR_LIMIT, "%s: not looked at", what);
	return tell(w, &why);
}

/* ---- levels ---- */

/* dir_fd becomes the level's, also if this fails. */
static int push_level(struct dir_walking *w, int dir_fd)
{
	struct level level = {.dir = fdopendir(dir_fd), .path_bytes = w->path.n};

	if (!level.dir) {
		(void)close(dir_fd);
		return tell_sys(w);
	}
	if (vec_push(&w->levels, w->arena, level))
		return 0;
	(void)closedir(level.dir);
	return arena_err(w->arena, w->err);
}

static int open_folder(struct dir_walking *w, int parent_fd, const char *name)
{
	int fd;

	if (strcmp(name, ".git") == 0 || (w->leaves && w->leaves(buf_str(&w->path))))
		return 0;
	if (w->levels.n > w->limits->path_depth)
		return tell_limit(w, "a folder inside more folders than are followed");
	fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fault_here("dir-open")) {
		fd_cleanup(&fd);
		return tell_sys(w);
	}
	buf_addc(&w->path, '/');
	return push_level(w, fd);
}

/* ---- entries ---- */

static int add_entry(struct dir_walking *w, const struct stat *st, struct str target)
{
	struct dir_entry entry = {
	    .path = arena_str(w->arena, buf_str(&w->path)),
	    .mode = st->st_mode,
	    .size_bytes = (uint64_t)st->st_size,
	    .target = target,
	};

	if (w->list.entries.n >= w->limits->tree_entries) {
		w->full = true;
		return tell_limit(
		    w, "more files than one folder may have; this and those behind it");
	}
	vec_push(&w->list.entries, w->arena, entry);
	return arena_check(w->arena, w->err);
}

static int add_link(struct dir_walking *w, int parent_fd, const char *name, const struct stat *st)
{
	char target[TARGET_BYTES_MAX];
	ssize_t n = readlinkat(parent_fd, name, target, sizeof target);
	struct str text;

	if (n < 0)
		return tell_sys(w);
	text = arena_str(w->arena, str_make(target, (size_t)n));
	return text.p ? add_entry(w, st, text) : arena_err(w->arena, w->err);
}

static int add_any(struct dir_walking *w, int parent_fd, const char *name)
{
	struct stat st;

	if (fstatat(parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return tell_sys(w);
	if (S_ISDIR(st.st_mode))
		return open_folder(w, parent_fd, name);
	if (S_ISLNK(st.st_mode))
		return add_link(w, parent_fd, name, &st);
	return add_entry(w, &st, STR_NONE);
}

/* The next name of the innermost folder. */
static int step(struct dir_walking *w)
{
	const struct level *level = &w->levels.p[w->levels.n - 1];
	const struct dirent *entry;

	w->path.n = level->path_bytes;
	errno = 0;
	entry = readdir(level->dir);
	if (!entry) {
		int failed = errno != 0 ? tell_sys(w) : 0;

		(void)closedir(w->levels.p[--w->levels.n].dir);
		return failed;
	}
	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return 0;
	if (w->path.n + strlen(entry->d_name) > w->limits->path_bytes)
		return tell_limit(w, "a longer path than is followed below here");
	buf_add(&w->path, str_of(entry->d_name));
	if (!buf_ok(&w->path))
		return buf_err(&w->path, "a path", w->err);
	return add_any(w, dirfd(level->dir), entry->d_name);
}

static int by_path(const void *a, const void *b)
{
	const struct dir_entry *x = a, *y = b;

	return str_cmp(x->path, y->path);
}

static int unread_by_path(const void *a, const void *b)
{
	const struct dir_unread *x = a, *y = b;

	return str_cmp(x->path, y->path);
}

static int walk_all(struct dir_walking *w, int dir_fd)
{
	/* The caller's offset in its folder is not ours to move. */
	int own = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (own < 0)
		return tell_sys(w);
	if (push_level(w, own))
		return -1;
	while (w->levels.n > 0 && !w->full) {
		if (step(w))
			return -1;
	}
	if (w->list.entries.n > 1)
		qsort(w->list.entries.p, w->list.entries.n, sizeof *w->list.entries.p, by_path);
	if (w->list.unread.n > 1)
		qsort(w->list.unread.p, w->list.unread.n, sizeof *w->list.unread.p, unread_by_path);
	return 0;
}

int dir_walk(int dir_fd, dir_leaves_fn *leaves, const struct limits *limits, struct arena *arena,
    struct dir_list *ret_list, struct err *err)
{
	struct dir_walking w CLEANUP(walk_release) = {
	    .leaves = leaves, .limits = limits, .arena = arena, .err = err};

	buf_init(&w.path, limits->path_bytes + 2);
	if (walk_all(&w, dir_fd))
		return -1;
	*ret_list = w.list;
	return 0;
}
