#include "pipeline/wanted.h"

#include "read/source/git/git_walk.h"

enum { PROJECT_BYTES_MAX = 1 << 20, NAME_SHOWN = 200 };

/* A link would be read as a path here, and followed by the builder. */
static enum content_result read_file(const struct pipeline *p, const struct git_oid *commit,
    struct str path, size_t max_bytes, struct arena *arena, struct str *ret, struct err *err)
{
	const struct limits *limits = p->plan->scan->limits;
	struct git_tree_entry entry;
	enum content_result found =
	    git_path_find(git_repo_content(p->repo), limits, commit, path, arena, &entry, err);

	if (found != CONTENT_OK)
		return found;
	if (git_mode_kind(entry.mode) == GIT_KIND_FILE)
		return git_read_blob(p->repo, commit, path, max_bytes, arena, ret, err);
	(void)err_set(err, ERR_UNSUPPORTED,
	    "it is %s, and has to be a regular file: a builder would read something else than the "
	    "linter",
	    git_mode_kind(entry.mode) == GIT_KIND_LINK	 ? "a symbolic link"
	    : git_mode_kind(entry.mode) == GIT_KIND_TREE ? "a folder"
							 : "a submodule");
	return CONTENT_ERROR;
}

static int read_project(const struct pipeline *p, struct scan *scan, const struct git_oid *commit,
    struct wanted *wanted, struct err *err)
{
	struct arena *arena = &scan->report->arena;
	enum content_result found;
	struct str text;
	bool ok = true;

	wanted->project = project_default();
	found = read_file(p, commit, PROJECT_FILE, PROJECT_BYTES_MAX, arena, &text, err);
	if (found == CONTENT_ERROR)
		return err_wrap(err, STR_FMT, STR_ARG(PROJECT_FILE));
	if (found == CONTENT_OK && scan_project(scan, text, &ok, &wanted->project, err) != 0)
		return -1;
	wanted->is_wrong = !ok;
	return 0;
}

static int make_lint(struct wanted *wanted, struct arena *arena, struct err *err)
{
	struct map *args = arena_new(arena, struct map);

	if (!args)
		return arena_err(arena, err);
	map_init(args, arena);
	for (size_t i = 0; i < wanted->project.n_args; i++) {
		struct project_arg *arg = &wanted->project.args[i];

		map_put(args, arg->name, &arg->value);
	}
	wanted->lint = (struct lint_build){.path = wanted->dockerfile_path,
	    .how = {.target = wanted->project.target, .args = args}};
	return arena_check(arena, err);
}

int wanted_read(const struct pipeline *p, struct scan *scan, const struct git_oid *commit,
    struct wanted *ret, struct err *err)
{
	struct arena *arena = &scan->report->arena;
	struct wanted wanted = {0};
	enum content_result found = CONTENT_MISSING;

	if (read_project(p, scan, commit, &wanted, err) != 0)
		return -1;
	if (!wanted.is_wrong) {
		wanted.dockerfile_path = wanted.project.file;
		if (wanted.project.context.n > 0)
			wanted.dockerfile_path = arena_fmt(arena, STR_FMT "/" STR_FMT,
			    STR_ARG(wanted.project.context), STR_ARG(wanted.project.file));
		if (!wanted.dockerfile_path.p)
			return arena_err(arena, err);
		found = read_file(p, commit, wanted.dockerfile_path, scan->limits->unit_bytes,
		    arena, &wanted.dockerfile, err);
	}
	if (found == CONTENT_ERROR)
		return err_wrap(
		    err, STR_FMT, STR_ARG(str_excerpt(wanted.dockerfile_path, NAME_SHOWN)));
	wanted.is_there = found == CONTENT_OK;
	if (wanted.is_there && make_lint(&wanted, arena, err) != 0)
		return -1;
	if (!wanted.is_there && wanted.project.has_image)
		return err_set(err, ERR_CONFIG, STR_FMT ": there is no " STR_FMT " in this commit",
		    STR_ARG(PROJECT_FILE), STR_ARG(wanted.dockerfile_path));
	*ret = wanted;
	return 0;
}

int wanted_bases(struct wanted *wanted, const struct base_image *bases, size_t n,
    struct arena *arena, struct err *err)
{
	struct docker_base *known = arena_array(arena, n, sizeof *known);

	if (!known)
		return arena_err(arena, err);
	for (size_t i = 0; i < n; i++)
		known[i] = (struct docker_base){.reference = bases[i].reference,
		    .user = bases[i].user,
		    .env = bases[i].env.p,
		    .n_env = bases[i].env.n,
		    .windows = str_eq(bases[i].os, STR("windows"))};
	wanted->lint.how.bases = known;
	wanted->lint.how.n_bases = n;
	return 0;
}
