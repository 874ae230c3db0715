#include "detect/lint/rule.h"

static void check_taskdef_image_tag(struct lint *l, const struct syntax_tree *tree)
{
	for (const struct node *c = lint_next_container(tree, NULL); c;
	    c = lint_next_container(tree, c)) {
		const struct node *image = lint_taskdef_get(c, STR("image"));
		struct docker_reference ref = docker_reference_split(node_text(image));

		if (!node_is(image, NODE_STRING) || ref.digest.n > 0)
			continue;
		if (ref.tag.n == 0)
			lint_node(
			    l, image, "the image " STR_FMT " has no tag", STR_ARG(image->text));
		else if (str_eq(ref.tag, STR("latest")))
			lint_node(l, image, "the image " STR_FMT " moves: it is `latest`",
			    STR_ARG(image->text));
	}
}

const struct lint_rule rule_taskdef_image_tag = {
    .id = "PL2001",
    .title = "the container's image moves",
    .why = "Without a tag, or with `latest`, each start of the task may run another image "
	   "than the one that was scanned.",
    .fix = "name the image by digest, or at least by a version's tag",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "",
    .references =
	{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html"},
    .clauses = {NIST("4.2.2")},
    .severity = SEVERITY_MEDIUM,
    .taskdef = check_taskdef_image_tag,
};
