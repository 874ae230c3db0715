#include "cli/hadolint_files.h"

#include "base/os/fd.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STREAM_BYTES = 16 << 20 };

/* ---- the configuration ---- */

static bool is_file(struct str path, struct arena *arena)
{
	const char *name = arena_cstr(arena, path);
	struct stat st;

	return name && stat(name, &st) == 0 && S_ISREG(st.st_mode);
}

/* "FOLDER/NAME.yaml", else ".yml". */
static bool find_in(struct str folder, const char *name, struct arena *arena, struct str *ret)
{
	static const char *const ends[] = {".yaml", ".yml"};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		*ret = arena_fmt(arena, STR_FMT "/%s%s", STR_ARG(folder), name, ends[i]);
		if (is_file(*ret, arena))
			return true;
	}
	return false;
}

struct str hadolint_find_config(char *(*get)(const char *name), struct arena *arena)
{
	static const char *const here[] = {".hadolint.yaml", ".hadolint.yml"};
	struct str home = str_of(get("HOME")), xdg = str_of(get("XDG_CONFIG_HOME")), found;

	for (size_t i = 0; i < ARRAY_LEN(here); i++)
		if (is_file(str_of(here[i]), arena))
			return str_of(here[i]);
	if (!str_starts(xdg, STR("/")))
		xdg = home.n > 0 ? arena_fmt(arena, STR_FMT "/.config", STR_ARG(home)) : STR_NONE;
	if (xdg.n > 0 && find_in(xdg, "hadolint", arena, &found))
		return found;
	if (home.n > 0 && (find_in(home, ".hadolint/hadolint", arena, &found) ||
			      find_in(home, ".hadolint/config", arena, &found) ||
			      find_in(home, ".hadolint", arena, &found)))
		return found;
	return STR("");
}

/* ---- files ---- */

int hadolint_read(struct str name, struct buf *out, struct err *err)
{
	int opened CLEANUP_FD = -1;
	int fd = STDIN_FILENO;
	char path[PATH_MAX];

	if (!str_eq(name, STR("-"))) {
		if (name.n >= sizeof path)
			return err_set(err, ERR_LIMIT, "the name is too long");
		memcpy(path, name.p, name.n);
		path[name.n] = '\0';
		fd = opened = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		return err_sys(err, "it cannot be opened");
	return fd_read_to_end(fd, out, err);
}

void hadolint_files_init(struct hadolint_files *files)
{
	*files = (struct hadolint_files){0};
	arena_init(&files->arena, MIB(64));
}

void hadolint_files_release(struct hadolint_files *files)
{
	arena_release(&files->arena);
}

static int tell(struct session *s, struct str operand, const struct err *why, struct err *err)
{
	struct report_sink sink;

	report_sink_init(&sink, &s->report, s->scan.subject);
	return sink_error(&sink.sink, STAGE_VALIDATE, operand, why, err);
}

/* A pipe, a device, the standard input. */
static int lint_stream(struct session *s, struct str operand, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(STREAM_BYTES);
	struct err why = ERR_INIT;

	if (hadolint_read(operand, &text, &why) != 0)
		return tell(s, operand, &why, err);
	return scan_text(&s->scan, operand, buf_str(&text), SCAN_LINT, err);
}

static int add_file(
    struct session *s, struct hadolint_files *files, const char *real, struct err *err)
{
	struct str path = arena_str(&files->arena, str_of(real));
	struct str name = str_base_name(path);
	struct named_file file = {.subject = s->scan.subject};

	file.where.file = name;
	file.where.unit = s->report.subjects.p[s->scan.subject].name;
	file.where.folder = arena_cstr(&files->arena, str_sub(path, 0, path.n - name.n));
	(void)vec_push(&files->list, &files->arena, file);
	return arena_check(&files->arena, err);
}

int hadolint_take_file(
    struct session *s, struct hadolint_files *files, struct str operand, struct err *err)
{
	const char *path = arena_cstr(&files->arena, operand);
	struct err why = ERR_INIT;
	char real[PATH_MAX];
	struct stat st;

	if (!path)
		return arena_err(&files->arena, err);
	if (session_subject(s, "file", operand, err) != 0)
		return -1;
	if (str_eq(operand, STR("-")))
		return lint_stream(s, operand, err);
	if (stat(path, &st) != 0) {
		(void)err_sys(&why, "it is not there");
		return tell(s, operand, &why, err);
	}
	if (S_ISDIR(st.st_mode)) {
		(void)err_set(&why, ERR_UNSUPPORTED,
		    "it is a folder; name a Dockerfile, or use `plimsoll lint`");
		return tell(s, operand, &why, err);
	}
	if (!S_ISREG(st.st_mode) || !realpath(path, real))
		return lint_stream(s, operand, err);
	return add_file(s, files, real, err);
}

int hadolint_scan_files(struct session *s, struct hadolint_files *files, struct err *err)
{
	return files->list.n > 0
		   ? scan_files(&s->scan, files->list.p, files->list.n, SCAN_LINT, err)
		   : 0;
}

/* ---- the report ---- */

static bool is_unread(const struct report *report, uint32_t subject)
{
	struct str name = report->subjects.p[subject].name;

	for (size_t i = 0; i < report->problems.n; i++)
		if (str_eq(report->problems.p[i].place.origin.path, name))
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	const struct hadolint_finding *x = a, *y = b;
	int order;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	order = str_cmp(x->rule, y->rule);
	return order ? order : str_cmp(x->message, y->message);
}

static struct hadolint_finding as_hadolint(
    const struct finding *f, const struct hadolint_config *config)
{
	bool unread = str_eq(f->rule, STR("DL1000"));

	return (struct hadolint_finding){
	    .rule = f->rule,
	    .message = f->message,
	    .level = unread ? HADOLINT_ERROR : hadolint_level_of(config, f->rule, f->peer_severity),
	    .line = f->n_places > 0 ? f->places[0].line : 1,
	    .column = f->n_places > 0 ? f->places[0].column : 1,
	    .unread = unread,
	    .file = f->subject,
	};
}

int hadolint_report_of(const struct report *report, const struct hadolint_config *config,
    struct str shown, struct arena *arena, struct hadolint_report *ret, struct err *err)
{
	struct hadolint_file *files = arena_array(arena, report->subjects.n, sizeof *files);
	VEC(struct hadolint_finding) all = {0};
	size_t at = 0;

	for (size_t i = 0; i < report->findings.n; i++) {
		struct hadolint_finding one = as_hadolint(&report->findings.p[i], config);

		if (one.level != HADOLINT_IGNORE)
			(void)vec_push(&all, arena, one);
	}
	if (arena_check(arena, err) != 0)
		return -1;
	if (all.n > 1)
		qsort(all.p, all.n, sizeof *all.p, compare);
	ret->files = files;
	ret->n = 0;
	for (uint32_t i = 0; i < report->subjects.n; i++) {
		struct hadolint_file *file = &files[ret->n];

		file->path = report->subjects.p[i].name;
		file->shown = shown.n > 0 ? shown : file->path;
		file->findings = all.n > 0 ? &all.p[at] : NULL;
		for (file->n = 0; at < all.n && all.p[at].file == i; at++)
			file->n++;
		ret->n += file->n > 0 || !is_unread(report, i);
	}
	return 0;
}
