#include "detect/lint/rule.h"

static void check_taskdef_privileged(struct lint *l, const struct syntax_tree *tree)
{
	for (const struct node *c = lint_next_container(tree, NULL); c;
	     c = lint_next_container(tree, c)) {
		const struct node *privileged = node_get(c, STR("privileged"));

		if (node_bool(privileged, false))
			lint_node(l, privileged, "the container is privileged");
	}
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
    .severity = SEVERITY_HIGH,
    .taskdef = check_taskdef_privileged,
};
