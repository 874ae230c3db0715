/*
 * ECS task definitions, JSON or YAML: by their content, and by names that say so.
 */
#include "detect/lint/kind.h"
#include "detect/lint/taskdef.h"

static bool wants(struct str path, const struct lint_opts *opts)
{
	(void)opts;
	return str_ends_nocase(path, STR(".json")) || str_ends_nocase(path, STR(".yaml")) ||
	       str_ends_nocase(path, STR(".yml"));
}

static bool means(struct str path, const struct lint_opts *opts)
{
	return wants(path, opts) && taskdef_is_name(str_base_name(path));
}

static int recognise(struct str path, struct str bytes, const struct lint_opts *opts,
    struct arena *arena, enum lint_match *ret, struct err *err)
{
	struct syntax_tree tree;

	(void)opts;
	*ret = LINT_IS_NOT;
	if (!taskdef_may_be(path, bytes))
		return 0;
	if (taskdef_read(path, bytes, arena, &tree, err) != 0)
		return -1;
	if (taskdef_is(str_base_name(path), &tree))
		*ret = LINT_IS;
	return 0;
}

static int judge(struct lint *l)
{
	struct syntax_tree *tree = arena_new(l->arena, struct syntax_tree);
	const struct lint_rule *rule;

	if (!tree)
		return arena_err(l->arena, l->err);
	if (taskdef_read(l->unit->origin.path, l->unit->bytes, l->arena, tree, l->err) != 0)
		return -1;
	l->lines = &tree->lines;
	while ((rule = lint_next_rule(l)) != NULL)
		rule->taskdef(l, tree);
	return 0;
}

static bool has_rule(const struct lint_rule *rule)
{
	return rule->taskdef != NULL;
}

const struct lint_kind kind_taskdef = {
    .name = "task definition",
    .wants = wants,
    .means = means,
    .recognise = recognise,
    .has_rule = has_rule,
    .judge = judge,
};
