#include "detect/lint/rule.h"

static bool is_container(const struct node *node)
{
	return node_is(node, NODE_MAP) && node_get(node, STR("image"));
}

/* Depth first, in the order of the text. */
static const struct node *next_node(const struct node *node)
{
	if (node->first)
		return node->first;
	while (node && !node->next)
		node = node->parent;
	return node ? node->next : NULL;
}

const struct node *lint_next_container(const struct syntax_tree *tree, const struct node *last)
{
	const struct node *node = last ? next_node(last) : tree->roots.n ? tree->roots.p[0] : NULL;

	while (node && !is_container(node))
		node = next_node(node);
	return node;
}
