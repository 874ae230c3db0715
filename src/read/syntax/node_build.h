/*
 * What the trees of JSON, YAML and HCL are made with. Private to the trees: everything lies in
 * the builder's arena, which is asked once, at the end; one builder a text.
 */
#ifndef READ_SYNTAX_NODE_BUILD_H
#define READ_SYNTAX_NODE_BUILD_H

#include "read/syntax/node.h"

struct tree_builder {
	struct syntax_tree tree;
	struct arena *arena;
};

MUST_USE int tree_init(
    struct tree_builder *b, struct str text, struct arena *arena, struct err *err);
/* Says whether the text is UTF-16, after telling so. */
bool tree_is_utf16(struct tree_builder *b);
void tree_problem(struct tree_builder *b, const char *what, size_t offset, size_t end);
/* NULL if the arena is full. */
struct node *tree_node(struct tree_builder *b, enum node_kind kind, size_t offset, size_t end);
void node_append(struct node *parent, struct node *child);
/* Tells each name that a map has had before. */
void tree_check_names(struct tree_builder *b, const struct node *map);

#endif
