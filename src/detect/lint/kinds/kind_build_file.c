/*
 * Bake and Compose files: what they say of builds is judged here, and the Dockerfiles that stand in
 * them. How they build the Dockerfiles beside them is asked before those are judged (lint_builds).
 */
#include "detect/lint/build_file.h"
#include "detect/lint/kind.h"

static bool wants(struct str path, const struct lint_opts *opts)
{
	return build_file_is_name(path) || (opts->named && str_ends(path, STR(".hcl")));
}

static bool means(struct str path, const struct lint_opts *opts)
{
	(void)path, (void)opts;
	return false; /* many build nothing */
}

static int recognise(struct str path, struct str bytes, const struct lint_opts *opts,
    struct arena *arena, enum lint_match *ret, struct err *err)
{
	struct build_file file;

	*ret = LINT_IS_NOT;
	if (opts->dialect != LINT_OURS || !wants(path, opts))
		return 0;
	if (build_file_read(path, bytes, arena, &file, err) != 0)
		return -1;
	if (file.targets.n > 0 || file.tree.problems.n > 0)
		*ret = LINT_IS;
	return 0;
}

static int judge(struct lint *l)
{
	struct build_file *file = arena_new(l->arena, struct build_file);
	const struct lint_rule *rule;

	if (!file)
		return arena_err(l->arena, l->err);
	if (build_file_read(l->unit->origin.path, l->unit->bytes, l->arena, file, l->err) != 0)
		return -1;
	l->lines = &file->tree.lines;
	while ((rule = lint_next_rule(l)) != NULL)
		rule->build_file(l, file);
	for (size_t i = 0; i < file->targets.n && !l->failed; i++)
		if (file->targets.p[i].text && lint_inner(l, &file->targets.p[i], &file->tree) != 0)
			return -1;
	return 0;
}

static bool has_rule(const struct lint_rule *rule)
{
	return rule->build_file != NULL;
}

const struct lint_kind kind_build_file = {
    .name = "build file",
    .wants = wants,
    .means = means,
    .recognise = recognise,
    .has_rule = has_rule,
    .judge = judge,
};
