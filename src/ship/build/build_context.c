#include "ship/build/build_context.h"

#include "base/buf.h"
#include "base/os/fd.h"
#include "read/source/git/git_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* A path from outside, made safe for a message. */
static int refuse(enum err_code code, struct str path, const char *why, struct err *err)
{
	struct buf safe CLEANUP(buf_release) = BUF_INIT(512);

	buf_add_safe(&safe, str_excerpt(path, 100));
	return err_set(err, code, "%s: %s", buf_cstr(&safe), why);
}

static bool set_time(int fd, const struct context_writer *w)
{
	struct timespec times[2] = {{.tv_sec = w->mtime_seconds}, {.tv_sec = w->mtime_seconds}};

	return futimens(fd, times) == 0;
}

int context_open(struct context_writer *w, const char *dir, int64_t mtime_seconds,
    const struct limits *limits, struct err *err)
{
	int fd CLEANUP_FD = -1;

	if (mkdir(dir, 0755) != 0)
		return err_sys(err, "making the build context %s", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0755) != 0)
		return err_sys(err, "opening the build context %s", dir);
	*w =
	    (struct context_writer){.dir_fd = fd, .mtime_seconds = mtime_seconds, .limits = limits};
	fd = -1;
	return 0;
}

void context_release(struct context_writer *w)
{
	fd_cleanup(&w->dir_fd);
}

static const char *flaw_of_part(struct str part)
{
	if (part.n == 0)
		return "an empty name in a path";
	if (str_eq(part, STR(".")) || str_eq(part, STR("..")))
		return "a path that leaves its folder";
	if (str_eq_nocase(part, STR(".git")))
		return "a path that git keeps for itself";
	if (part.n > NAME_MAX)
		return "a name longer than files can have";
	return NULL;
}

static int check_path(const struct context_writer *w, struct str path, struct err *err)
{
	struct str rest = path, part;
	const char *flaw = NULL;
	unsigned depth = 0;

	if (path.n == 0 || str_chr(path, '\0') != STR_NPOS || path.p[path.n - 1] == '/')
		return refuse(ERR_FORMAT, path, "not the path of a file", err);
	if (path.n > w->limits->path_bytes)
		return refuse(ERR_LIMIT, path, "the path is too long", err);
	while (!flaw && str_cut(&rest, '/', &part)) {
		flaw = flaw_of_part(part);
		depth++;
	}
	if (flaw)
		return refuse(ERR_FORMAT, path, flaw, err);
	if (depth > w->limits->path_depth)
		return refuse(ERR_LIMIT, path, "the path is too deep", err);
	return 0;
}

static int count(struct context_writer *w, const struct context_entry *entry, struct err *err)
{
	if (++w->entries > w->limits->tree_entries)
		return refuse(ERR_LIMIT, entry->path, "the build context has too many files", err);
	if (add_overflows(w->bytes, (uint64_t)entry->bytes.n, &w->bytes) ||
	    w->bytes > w->limits->layer_bytes)
		return refuse(ERR_LIMIT, entry->path, "the build context is too large", err);
	return 0;
}

/* The name in a buffer of the caller's: parts are checked to fit. */
static const char *name_of(struct str part, char memory[NAME_MAX + 1])
{
	memcpy(memory, part.p, part.n);
	memory[part.n] = '\0';
	return memory;
}

static int fail_at(struct str path, struct err *err)
{
	if (errno == EEXIST || errno == ELOOP || errno == ENOTDIR)
		return refuse(ERR_FORMAT, path, "the same name stands there twice", err);
	(void)err_sys(err, "writing the build context");
	return -1;
}

/* Opens or makes the folder `part` in dir, which is never a link. */
static int enter_folder(
    const struct context_writer *w, int dir, struct str part, struct str path, struct err *err)
{
	char name[NAME_MAX + 1];
	int fd CLEANUP_FD = -1;
	bool made = mkdirat(dir, name_of(part, name), 0755) == 0;
	int result;

	if (!made && errno != EEXIST)
		return fail_at(path, err);
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail_at(path, err);
	if (made && (fchmod(fd, 0755) != 0 || !set_time(fd, w) || !set_time(dir, w)))
		return fail_at(path, err);
	result = fd;
	fd = -1;
	return result;
}

static int write_file(const struct context_writer *w, int dir, const char *name,
    const struct context_entry *entry, struct err *err)
{
	mode_t mode = entry->kind == CONTEXT_EXECUTABLE ? 0755 : 0644;
	int fd CLEANUP_FD =
	    openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd < 0)
		return fail_at(entry->path, err);
	if (fd_write_all(fd, entry->bytes, err) != 0)
		return err_wrap(err, "writing the build context");
	if (fchmod(fd, mode) != 0 || !set_time(fd, w))
		return fail_at(entry->path, err);
	return 0;
}

static int write_link(const struct context_writer *w, int dir, const char *name,
    const struct context_entry *entry, struct err *err)
{
	struct timespec times[2] = {{.tv_sec = w->mtime_seconds}, {.tv_sec = w->mtime_seconds}};
	char target[PATH_MAX];
	struct str text = entry->bytes;

	if (text.n == 0 || text.n >= sizeof(target) || str_chr(text, '\0') != STR_NPOS)
		return refuse(ERR_FORMAT, entry->path, "a link to no path", err);
	memcpy(target, text.p, text.n);
	target[text.n] = '\0';
	if (symlinkat(target, dir, name) != 0 ||
	    utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW) != 0)
		return fail_at(entry->path, err);
	return 0;
}

static int write_last(const struct context_writer *w, int dir, struct str part,
    const struct context_entry *entry, struct err *err)
{
	char name[NAME_MAX + 1];
	int result, fd;

	(void)name_of(part, name);
	switch (entry->kind) {
	case CONTEXT_FILE:
	case CONTEXT_EXECUTABLE:
		result = write_file(w, dir, name, entry, err);
		break;
	case CONTEXT_SYMLINK:
		result = write_link(w, dir, name, entry, err);
		break;
	case CONTEXT_SUBMODULE:
	default:
		fd = enter_folder(w, dir, part, entry->path, err);
		result = fd < 0 ? -1 : 0;
		fd_cleanup(&fd);
		break;
	}
	if (result == 0 && !set_time(dir, w))
		return fail_at(entry->path, err);
	return result;
}

int context_add(struct context_writer *w, const struct context_entry *entry, struct err *err)
{
	struct str rest = entry->path, part;
	int dir CLEANUP_FD = -1;

	if (check_path(w, entry->path, err) != 0 || count(w, entry, err) != 0)
		return -1;
	dir = fcntl(w->dir_fd, F_DUPFD_CLOEXEC, 3);
	if (dir < 0)
		return err_sys(err, "writing the build context");
	while (str_cut(&rest, '/', &part) && rest.n > 0) {
		int below = enter_folder(w, dir, part, entry->path, err);

		if (below < 0)
			return -1;
		(void)close(dir);
		dir = below;
	}
	return write_last(w, dir, part, entry, err);
}

/* ---- from git ---- */

struct context_walk {
	struct sink sink; /* first: ops get it back */
	struct context_writer *writer;
	struct content *content;
	struct arena *file; /* one file's bytes at a time */
};

static int on_entry(void *arg, const struct git_entry *entry, struct err *err)
{
	struct context_walk *walk = arg;
	struct context_entry made = {.path = entry->path};
	enum content_result result;

	if (entry->hostile)
		return refuse(ERR_FORMAT, entry->path, "a path that must not be written", err);
	if (git_mode_kind(entry->mode) == GIT_KIND_LINK)
		made.kind = CONTEXT_SYMLINK;
	else
		made.kind = entry->mode & 0100 ? CONTEXT_EXECUTABLE : CONTEXT_FILE;
	arena_clear(walk->file);
	result = content_read_all(walk->content, git_oid_str(&entry->oid),
	    (size_t)walk->writer->limits->object_bytes, walk->file, &made.bytes, err);
	if (result == CONTENT_MISSING)
		return refuse(ERR_NOT_FOUND, entry->path,
		    "its content is missing in the repository (is it a shallow or partial clone?)",
		    err);
	if (result != CONTENT_OK)
		return err_wrap(err, "reading the build context");
	return context_add(walk->writer, &made, err);
}

static int on_nothing(struct sink *s, const struct finding *finding, struct err *err)
{
	(void)s;
	(void)finding;
	(void)err;
	return 0;
}

/* A scan goes on after such a problem; a build must not. */
static int on_problem(struct sink *s, const struct problem *problem, struct err *err)
{
	(void)s;
	return refuse(problem->code, problem->message, "the build context is not whole", err);
}

static int on_gap(struct sink *s, const struct not_covered *gap, struct err *err)
{
	struct context_walk *walk = container_of(s, struct context_walk, sink);
	struct context_entry entry = {.kind = CONTEXT_SUBMODULE, .path = gap->what};

	if (gap->kind != GAP_SUBMODULE)
		return 0;
	return context_add(walk->writer, &entry, err);
}

static int walk_tree(struct context_writer *writer, struct content *content,
    const struct git_oid *tree, const struct limits *limits, struct err *err)
{
	static const struct sink_ops ops = {
	    .finding = on_nothing, .problem = on_problem, .gap = on_gap};
	struct arena arena CLEANUP(arena_release), file CLEANUP(arena_release);
	struct context_walk state = {
	    .sink = {.ops = &ops}, .writer = writer, .content = content, .file = &file};
	struct git_walk walk = {.content = content,
	    .limits = limits,
	    .stage = STAGE_BUILD,
	    .sink = &state.sink,
	    .arena = &arena,
	    .visitor = {.entry = on_entry, .arg = &state}};
	struct git_oid none = {""};

	arena_init(&arena, limits->scan_memory);
	arena_init(&file, (size_t)MIN_OF(limits->object_bytes, (uint64_t)SIZE_MAX / 4) + KIB(64));
	return git_tree_walk(&walk, tree, &none, err);
}

int build_context_write(struct content *content, const struct git_oid *tree, const char *dir,
    int64_t mtime_seconds, const struct limits *limits, struct err *err)
{
	struct context_writer writer CLEANUP(context_release) = {.dir_fd = -1};
	struct err ignored = ERR_INIT;

	if (context_open(&writer, dir, mtime_seconds, limits, err) != 0)
		return -1;
	if (walk_tree(&writer, content, tree, limits, err) == 0)
		return 0;
	(void)!dir_remove(dir, &ignored);
	return -1;
}
