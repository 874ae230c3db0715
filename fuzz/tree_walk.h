/*
 * For fuzz targets: walks a syntax tree, touches what it holds, and aborts if a tree
 * does not keep to its header.
 */
#ifndef FUZZ_TREE_WALK_H
#define FUZZ_TREE_WALK_H

#include "base/utf8.h"
#include "read/syntax/node.h"

#include <stdlib.h>

enum { WALK_NESTING = 64 };

static size_t walk_node(const struct syntax_tree *tree, const struct node *node, unsigned depth)
{
	size_t met = 1, children = 0;
	struct place place;

	if (depth > WALK_NESTING || node->offset > node->end || node->end > tree->text.n ||
	    node->key_offset > node->key_end || node->key_end > tree->text.n ||
	    !utf8_valid(node->text) || !utf8_valid(node->key))
		abort();
	node_place(tree, node, STR("x"), &place);
	for (const struct node *child = node->first; child; child = child->next) {
		met += walk_node(tree, child, depth + 1);
		children++;
	}
	if (children != node->n || place.line == 0)
		abort();
	return met;
}

/* Returns how many nodes a walk meets. */
static inline size_t walk_tree(const struct syntax_tree *tree)
{
	size_t met = 0;

	for (size_t i = 0; i < tree->roots.n; i++)
		met += walk_node(tree, tree->roots.p[i], 0);
	for (size_t i = 0; i < tree->problems.n; i++) {
		if (tree->problems.p[i].offset > tree->problems.p[i].end ||
		    tree->problems.p[i].end > tree->text.n || !tree->problems.p[i].what)
			abort();
	}
	return met;
}

typedef int tree_fn(struct str text, unsigned nesting, struct arena *arena,
    struct syntax_tree *ret_tree, struct err *err);

/* Any bytes as a tree; returns how many nodes it has, 0 if they are none. */
static inline size_t fuzz_tree(const uint8_t *data, size_t size, tree_fn *parse)
{
	struct syntax_tree tree;
	struct arena arena;
	struct err err = ERR_INIT;
	size_t met = 0;

	arena_init(&arena, MIB(64));
	if (parse(str_make((const char *)data, size), WALK_NESTING, &arena, &tree, &err) == 0)
		met = walk_tree(&tree);
	else if (err.code != ERR_LIMIT)
		abort();
	arena_release(&arena);
	return met;
}

#endif
