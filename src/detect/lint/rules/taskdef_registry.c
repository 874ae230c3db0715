#include "detect/lint/rule.h"

static void check_taskdef_registry(struct lint *l, const struct syntax_tree *tree)
{
	for (const struct node *c = lint_next_container(tree, NULL); c;
	    c = lint_next_container(tree, c)) {
		const struct node *image = lint_taskdef_get(c, STR("image"));
		struct docker_reference ref = docker_reference_split(node_text(image));

		if (node_is(image, NODE_STRING) && !lint_is_trusted(l, ref))
			lint_node(l, image, "the policy does not trust the registry " STR_FMT,
			    STR_ARG(ref.registry.n ? ref.registry : STR("docker.io")));
	}
}

const struct lint_rule rule_taskdef_registry = {
    .id = "PL2003",
    .title = "the container comes from a registry that the policy does not trust",
    .why = "Whoever owns the registry decides what runs here.",
    .fix =
	"take the image from a trusted registry, or ask the security team to trust this one (trusted-registries in the policy)",
    .threat = "image",
    .since = "2026-11-24",
    .peer = "",
    .references =
	{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html"},
    .clauses = {NIST("4.1.5"), CIS("4.2")},
    .severity = SEVERITY_HIGH,
    .taskdef = check_taskdef_registry,
};
