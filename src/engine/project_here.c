#include "engine/project_here.h"

#include "base/map.h"
#include "base/os/fd.h"
#include "engine/scan_project.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { PROJECT_BYTES_MAX = 1 << 20 };

/* The file's text; false in *ret_there, and no error, if there is no file. */
static int read_text(
    int top_fd, struct arena *arena, bool *ret_there, struct str *ret, struct err *err)
{
	int fd CLEANUP_FD = openat(
	    top_fd, ".plimsoll.yaml", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct buf text CLEANUP(buf_release) = BUF_INIT(PROJECT_BYTES_MAX);
	struct stat st;

	*ret_there = fd >= 0 || errno != ENOENT;
	if (!*ret_there)
		return 0;
	/* What it would be in a commit is not read there either. */
	if (fd < 0 && errno == ELOOP)
		return err_set(err, ERR_UNSUPPORTED,
		    STR_FMT ": it is a symbolic link, and has to be a regular file",
		    STR_ARG(PROJECT_FILE));
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, STR_FMT, STR_ARG(PROJECT_FILE));
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CONFIG, STR_FMT " is %s, and a file is expected",
		    STR_ARG(PROJECT_FILE), file_kind(st.st_mode));
	if (fd_read_to_end(fd, &text, err) != 0) {
		err->code = err->code == ERR_LIMIT ? ERR_CONFIG : err->code;
		return err_wrap(err, STR_FMT, STR_ARG(PROJECT_FILE));
	}
	*ret = arena_str(arena, buf_str(&text));
	return ret->p ? 0 : arena_err(arena, err);
}

/* The Dockerfile is there, and no link leads out of the tree. */
static int check_file(int top_fd, struct str path, struct err *err)
{
	struct content_dir content CLEANUP(content_dir_release);
	uint32_t handle;
	uint64_t size;

	content_dir_init(&content, top_fd);
	switch (content.content.ops->open(&content.content, path, &handle, &size, err)) {
	case CONTENT_OK:
		content.content.ops->close(&content.content, handle);
		return 0;
	case CONTENT_MISSING:
		return err_set(err, ERR_CONFIG, STR_FMT ": there is no file " STR_FMT " here",
		    STR_ARG(PROJECT_FILE), STR_ARG(path));
	case CONTENT_ERROR:
	default:
		return err_wrap(err, STR_FMT, STR_ARG(PROJECT_FILE));
	}
}

static int make_build(const struct project *project, struct str path, struct arena *arena,
    const struct lint_build **ret, struct err *err)
{
	struct lint_build *build = arena_new(arena, struct lint_build);
	struct map *args = arena_new(arena, struct map);

	if (!build || !args)
		return arena_err(arena, err);
	map_init(args, arena);
	for (size_t i = 0; i < project->n_args; i++) {
		if (!map_put(args, project->args[i].name, &project->args[i].value))
			return arena_err(arena, err);
	}
	*build =
	    (struct lint_build){.path = path, .how = {.target = project->target, .args = args}};
	*ret = build;
	return 0;
}

/* -1 and `why` if what it says cannot be used; *ret_ok is false if the report says so. */
static int read_project(struct scan *scan, int top_fd, const struct lint_build **ret_build,
    bool *ret_ok, struct err *why)
{
	struct arena *arena = &scan->report->arena;
	struct project project = project_default();
	struct str text, path;
	bool there;

	*ret_ok = true;
	if (read_text(top_fd, arena, &there, &text, why) != 0)
		return -1;
	if (!there)
		return 0;
	if (scan_project(scan, text, ret_ok, &project, why) != 0)
		return -1;
	if (!*ret_ok || !project.has_image)
		return 0;
	path = project.context.n == 0 ? project.file
				      : arena_fmt(arena, STR_FMT "/" STR_FMT,
					    STR_ARG(project.context), STR_ARG(project.file));
	if (!path.p)
		return arena_err(arena, why);
	if (check_file(top_fd, path, why) != 0)
		return -1;
	return make_build(&project, path, arena, ret_build, why);
}

/* Messages begin with the file's name: it is written from where the user stands. */
static int show_path(
    const struct path_view *view, struct str *message, struct arena *arena, struct err *err)
{
	struct str path = PROJECT_FILE, shown;

	if (!str_starts(*message, path))
		return 0;
	if (path_view_apply(view, &path, arena, err) != 0)
		return -1;
	shown = arena_fmt(arena, STR_FMT STR_FMT, STR_ARG(path),
	    STR_ARG(str_sub(*message, PROJECT_FILE.n, message->n)));
	if (!shown.p)
		return arena_err(arena, err);
	*message = shown;
	return 0;
}

int scan_project_here(struct scan *scan, const struct where *where,
    const struct lint_build **ret_build, struct err *err)
{
	const char *top = where->top ? where->top : where->folder;
	int top_fd CLEANUP_FD = -1;
	size_t n_before = scan->report->problems.n;
	struct report_sink sink;
	struct err why = ERR_INIT;
	bool ok;

	*ret_build = NULL;
	if (!where->top && where->file.n > 0)
		return 0;
	top_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* A folder that cannot be opened is a problem of its own. */
	if (top_fd < 0)
		return 0;
	if (read_project(scan, top_fd, ret_build, &ok, &why) != 0) {
		report_sink_init(&sink, scan->report, scan->subject);
		if (sink_error(&sink.sink, STAGE_BUILD, STR_NONE, &why, err) != 0)
			return -1;
	}
	for (size_t i = n_before; i < scan->report->problems.n; i++) {
		if (show_path(&where->view, &scan->report->problems.p[i].message,
			&scan->report->arena, err) != 0)
			return -1;
	}
	return 0;
}
