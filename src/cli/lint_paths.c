#include "cli/lint_paths.h"

#include "base/log.h"
#include "base/map.h"
#include "base/os/fd.h"
#include "detect/lint/build_file.h"
#include "engine/scan_builds.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STDIN_BYTES = 16 << 20 };

/* It is a Dockerfile without a name of its own. */
static int lint_stdin(struct session *s, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(STDIN_BYTES);
	struct subject subject = {.kind = STR("file"),
	    .name = STR("-"),
	    .view = {.prefix = STR("Dockerfile"), .shown = STR("-")}};

	if (fd_read_to_end(STDIN_FILENO, &text, err) != 0)
		return err_wrap(err, "the standard input");
	if (report_add_subject(&s->report, &subject, &s->scan.subject, err) != 0)
		return -1;
	return scan_text(&s->scan, STR("Dockerfile"), buf_str(&text), SCAN_LINT, err);
}

/* Files that are named one after the other are linted together. */
struct lint_files {
	VEC(struct named_file) list;
	struct arena arena;
};

static void lint_files_release(struct lint_files *files)
{
	arena_release(&files->arena);
}

static int lint_files(struct session *s, struct lint_files *files, struct err *err)
{
	size_t n = files->list.n;

	files->list.n = 0;
	return scan_files(&s->scan, files->list.p, n, SCAN_LINT, err);
}

/* What a build file that is named builds, as far as it lies below it, is linted too. */
static int add_built(struct lint_files *files, const struct named_file *named,
    struct content *content, struct lint_builds builds, struct err *err)
{
	struct str unit = named->where.unit;
	struct str folder = str_sub(unit, 0, unit.n - str_base_name(unit).n), last = STR_NONE;

	for (size_t i = 0; i < builds.n; last = builds.p[i++].path) {
		struct named_file built = *named;
		struct str path = builds.p[i].path;
		struct err missing = ERR_INIT; /* PL1101 reports it */
		uint32_t handle;
		uint64_t size;

		built.where.unit = path;
		built.where.file = str_sub(path, folder.n, path.n);
		if (!str_starts(path, folder) || str_eq(path, last) ||
		    content->ops->open(content, built.where.file, &handle, &size, &missing) !=
			CONTENT_OK)
			continue;
		content->ops->close(content, handle);
		vec_push(&files->list, &files->arena, built);
	}
	return arena_check(&files->arena, err);
}

static int follow_builds(
    struct session *s, struct lint_files *files, const struct named_file *named, struct err *err)
{
	struct content_dir content CLEANUP(content_dir_release) = {0};
	const struct build_file_name name = {named->where.file, named->where.unit};
	int folder CLEANUP_FD = open(named->where.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct lint_builds builds;

	if (folder < 0)
		return 0;
	content_dir_init(&content, folder);
	if (scan_builds(&s->scan, &content.content, &name, 1, &builds, err) != 0 ||
	    lint_builds_add(&s->scan.builds, builds, s->cli->arena, err) != 0)
		return -1;
	return add_built(files, named, &content.content, builds, err);
}

static int lint_path(
    struct session *s, struct lint_files *files, struct str operand, bool several, struct err *err)
{
	struct named_file named;
	struct where where;

	if (str_eq(operand, STR("-")))
		return lint_stdin(s, err);
	if (session_place(s, STAGE_VALIDATE, "file", operand, several, &where, err) != 0)
		return -1;
	if (!where.folder)
		return 0;
	/* The first name of a file stays, so what was named earlier is linted first. */
	if (where.file.n == 0 && lint_files(s, files, err) != 0)
		return -1;
	if (where.file.n == 0)
		return scan_folder(
		    &s->scan, &where, SCAN_LINT | SCAN_NAMED | SCAN_NOT_IGNORED, err);
	named = (struct named_file){where, s->scan.subject};
	vec_push(&files->list, &files->arena, named);
	if (build_file_is_name(where.file) || str_ends(where.file, STR(".hcl")))
		return follow_builds(s, files, &named, err);
	return arena_check(&files->arena, err);
}

/* Nothing is named: what is found here is linted, even if that is nothing. */
static int lint_here(struct session *s, struct err *err)
{
	struct where where;

	if (session_place(s, STAGE_VALIDATE, "file", STR("."), false, &where, err) != 0)
		return -1;
	return where.folder ? scan_folder(&s->scan, &where, SCAN_LINT | SCAN_NOT_IGNORED, err) : 0;
}

/* The file itself and what is said of it, whatever name it was reached by. */
static int key_of(const struct finding *f, struct arena *arena, struct str *ret, struct err *err)
{
	const struct place *place = &f->places[0];
	const char *path = arena_cstr(arena, place->origin.path);
	char real[PATH_MAX];

	if (!path)
		return arena_err(arena, err);
	if (realpath(path, real))
		path = real;
	*ret = arena_fmt(arena, "%s %u:%u " STR_FMT " " STR_FMT " " STR_FMT, path, place->line,
	    place->column, STR_ARG(f->rule), STR_ARG(f->message), STR_ARG(f->identity));
	return ret->p ? 0 : arena_err(arena, err);
}

/* The same file named several times is judged once: the first name stays. */
static int drop_repeated(struct report *report, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct map seen;
	size_t kept = 0;

	arena_init(&arena, MIB(256));
	map_init(&seen, &arena);
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding f = report->findings.p[i];
		struct str key = STR_NONE;

		if (f.n_places > 0 && key_of(&f, &arena, &key, err) != 0)
			return -1;
		if (key.n > 0 && map_has(&seen, key))
			continue;
		if (key.n > 0)
			map_put(&seen, key, report);
		report->findings.p[kept++] = f;
	}
	report->findings.n = kept;
	return arena_check(&arena, err);
}

/* Settings of hadolint, here or in a folder that is named: they do not hold, which is said once. */
static void tell_of_hadolint(const struct opt_list *paths)
{
	static const char *const names[] = {".hadolint.yaml", ".hadolint.yml"};

	for (size_t i = 0; i <= paths->n; i++) {
		struct str folder = i > 0 ? paths->p[i - 1] : STR(".");

		for (size_t k = 0; k < ARRAY_LEN(names); k++) {
			char path[PATH_MAX];
			int n =
			    snprintf(path, sizeof path, STR_FMT "/%s", STR_ARG(folder), names[k]);

			if (n < 0 || (size_t)n >= sizeof path || access(path, F_OK) != 0)
				continue;
			log_warn(
			    "%s does not hold here: `plimsoll hadolint DOCKERFILE` keeps it, and "
			    "docs/hadolint.md says what each of its settings is in a policy",
			    i > 0 ? path : names[k]);
			return;
		}
	}
}

int lint_paths(struct session *s, const struct opt_list *paths, struct err *err)
{
	struct scan_stage stage = scan_stage_begin(&s->scan, STAGE_VALIDATE);
	struct lint_files files CLEANUP(lint_files_release) = {0};

	arena_init(&files.arena, s->scan.limits->scan_memory);
	tell_of_hadolint(paths);
	if (paths->n == 0 && lint_here(s, err) != 0)
		return -1;
	for (size_t i = 0; i < paths->n; i++) {
		if (lint_path(s, &files, paths->p[i], paths->n > 1, err) != 0)
			return -1;
	}
	if (lint_files(s, &files, err) != 0)
		return -1;
	if (paths->n > 1 && drop_repeated(&s->report, err) != 0)
		return -1;
	return scan_stage_end(&s->scan, &stage, err);
}
