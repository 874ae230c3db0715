#include "detect/lint/rule.h"

/* A text too: who reads the definition may take it for a bool. */
static bool is_true(const struct node *node)
{
	static const struct str words[] = {
	    STR_INIT("true"), STR_INIT("yes"), STR_INIT("on"), STR_INIT("y"), STR_INIT("1")};
	struct str text = str_trim(node->text);

	if (node_is(node, NODE_LIST) || node_is(node, NODE_MAP))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_nocase(text, words[i]))
			return true;
	return false;
}

/* Of a name that is given twice each value counts. */
static void check_taskdef_privileged(struct lint *l, const struct syntax_tree *tree)
{
	for (const struct node *c = lint_next_container(tree, NULL); c;
	    c = lint_next_container(tree, c))
		for (const struct node *n = node_first(c); n; n = n->next)
			if (str_eq_nocase(n->key, STR("privileged")) && is_true(n))
				lint_node(l, n, "the container is privileged");
}

const struct lint_rule rule_taskdef_privileged = {
    .id = "PL2002",
    .title = "a privileged container",
    .why = "A privileged container has the host's devices and capabilities: whoever breaks "
	   "into it owns the host.",
    .fix = "remove privileged, and add the one capability that is needed "
	   "(linuxParameters.capabilities.add)",
    .threat = "breakout",
    .since = "2026-11-23",
    .peer = "",
    .references = {"https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html"},
    .clauses = {NIST("4.4.3"), PCI("7.2.5"), CIS("5.4")},
    .severity = SEVERITY_HIGH,
    .taskdef = check_taskdef_privileged,
};
