#include "detect/lint/rule.h"

enum { TOLD_MAX = 3 }; /* one stray quote makes mistakes of all that follows */

static void check_syntax(struct lint *l, const struct syntax_tree *tree)
{
	for (size_t i = 0; i < tree->problems.n && i < TOLD_MAX; i++) {
		const struct syntax_problem *p = &tree->problems.p[i];
		struct text_range range = {(uint32_t)p->offset, (uint32_t)p->end};

		if (i + 1 == TOLD_MAX && tree->problems.n > TOLD_MAX)
			lint_report(l, range, str_of(p->what), NULL,
			    "%s; there are more mistakes, which may come of this one", p->what);
		else
			lint_report(l, range, str_of(p->what), NULL, "%s", p->what);
	}
}

static void check_shape(struct lint *l, const struct node *map)
{
	const struct node *list = lint_taskdef_get(map, STR("containerDefinitions"));

	if (list && !node_is(list, NODE_LIST))
		lint_node(l, list, "containerDefinitions is not a list");
	else if (list && list->n == 0)
		lint_node(l, list, "containerDefinitions is empty: a task has a container");
}

static void check_taskdef_json(struct lint *l, const struct syntax_tree *tree)
{
	check_syntax(l, tree);
	if (tree->problems.n > 0)
		return;
	for (size_t i = 0; i < tree->roots.n; i++) {
		const struct node *root = tree->roots.p[i];
		const struct node *n = node_is(root, NODE_LIST) ? root->first : root;

		for (; n; n = n->next) {
			check_shape(l, n);
			check_shape(l, lint_taskdef_get(n, STR("taskDefinition")));
		}
	}
}

const struct lint_rule rule_taskdef_json = {
    .id = "PL2000",
    .title = "the task definition cannot be read",
    .why = "A task definition that is neither JSON nor YAML, or that has no list of containers, is "
	   "refused when it is registered, after everything else has passed.",
    .fix = "correct the text at this place",
    .threat = "runtime",
    .since = "2026-11-23",
    .peer = "",
    .references =
	{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html"},
    .severity = SEVERITY_HIGH,
    .taskdef = check_taskdef_json,
};
