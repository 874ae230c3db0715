#include "detect/vuln/feeds/feed_files.h"

#include "base/os/fd.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

struct feed_walk {
	struct feed_paths *paths;
	const struct limits *limits;
	struct arena *arena;
};

static int add_path(struct feed_walk *w, const char *path, struct err *err)
{
	if (w->paths->n >= w->limits->tree_entries)
		return err_set(
		    err, ERR_LIMIT, "more than %zu files of advisories", w->limits->tree_entries);
	return vec_push(w->paths, w->arena, path) ? 0 : arena_err(w->arena, err);
}

static void close_folder(DIR **folder)
{
	if (*folder)
		(void)closedir(*folder);
}

static int walk_folder(struct feed_walk *w, const char *path, unsigned depth, struct err *err);

static int walk_entry(struct feed_walk *w, const char *path, unsigned depth, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return err_sys(err, "%s", path);
	if (S_ISREG(st.st_mode))
		return add_path(w, path, err);
	if (!S_ISDIR(st.st_mode))
		return 0;
	if (depth >= w->limits->path_depth)
		return err_set(err, ERR_LIMIT, "%s: folders lie more than %u deep", path, depth);
	return walk_folder(w, path, depth + 1, err);
}

static int walk_folder(struct feed_walk *w, const char *path, unsigned depth, struct err *err)
{
	DIR *folder CLEANUP(close_folder) = opendir(path);
	const struct dirent *entry;

	if (!folder)
		return err_sys(err, "%s", path);
	for (;;) {
		struct str below;

		errno = 0;
		entry = readdir(folder);
		if (!entry)
			return errno ? err_sys(err, "%s", path) : 0;
		if (entry->d_name[0] == '.')
			continue;
		below = arena_fmt(w->arena, "%s/%s", path, entry->d_name);
		if (!below.p)
			return arena_err(w->arena, err);
		if (walk_entry(w, below.p, depth, err) != 0)
			return -1;
	}
}

static int path_order(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

int feed_paths_add(struct feed_paths *paths, const char *input, const struct limits *limits,
    struct arena *arena, struct err *err)
{
	struct feed_walk w = {paths, limits, arena};
	size_t before = paths->n;
	struct stat st;

	if (stat(input, &st) < 0)
		return err_set(
		    err, ERR_NOT_FOUND, "%s: no such file or folder of advisories", input);
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return err_set(err, ERR_UNSUPPORTED, "%s is %s: only files and folders are read",
		    input, file_kind(st.st_mode));
	if (!S_ISDIR(st.st_mode))
		return add_path(&w, input, err);
	if (walk_folder(&w, input, 0, err) != 0)
		return -1;
	if (paths->n > before)
		qsort(paths->p + before, paths->n - before, sizeof *paths->p, path_order);
	return 0;
}

static enum content_result files_open(
    struct content *c, struct str name, uint32_t *ret_handle, uint64_t *ret_size, struct err *err)
{
	struct feed_content *files = container_of(c, struct feed_content, content);
	struct stat st;
	uint64_t i;

	if (!str_to_u64(name, &i) || i >= files->paths->n)
		return CONTENT_MISSING;
	fd_cleanup(&files->fd);
	files->fd = fd_open_read(files->paths->p[i], false, err);
	if (files->fd < 0)
		return CONTENT_ERROR;
	if (fstat(files->fd, &st) < 0) {
		(void)err_sys(err, "%s", files->paths->p[i]);
		return CONTENT_ERROR;
	}
	if (!S_ISREG(st.st_mode))
		return CONTENT_MISSING;
	*ret_handle = (uint32_t)i;
	*ret_size = (uint64_t)st.st_size;
	return CONTENT_OK;
}

static int files_read(struct content *c, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	struct feed_content *files = container_of(c, struct feed_content, content);

	(void)handle;
	if (files->fd < 0)
		return err_set(err, ERR_IO, "the file is not open any more");
	return fd_pread_full(files->fd, offset, p, n, ret_n, err);
}

static void files_close(struct content *c, uint32_t handle)
{
	struct feed_content *files = container_of(c, struct feed_content, content);

	(void)handle;
	fd_cleanup(&files->fd);
}

static int files_descriptor(struct content *c, uint32_t handle)
{
	(void)handle;
	return container_of(c, struct feed_content, content)->fd;
}

static const struct content_ops files_ops = {files_open, files_read, files_close, files_descriptor};

void feed_content_init(struct feed_content *c, const struct feed_paths *paths)
{
	*c = (struct feed_content){.content = {&files_ops}, .paths = paths, .fd = -1};
}

void feed_content_release(struct feed_content *c)
{
	fd_cleanup(&c->fd);
}
