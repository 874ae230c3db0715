#include "tree_support.h"

#include "../../base/full_arena.h"

static const char *const kinds[] = {"null", "bool", "number", "string", "list", "map"};

static void print_node(const struct node *node, unsigned depth, struct buf *out)
{
	for (unsigned i = 0; i < depth; i++)
		buf_add(out, STR("  "));
	if (node_is(node->parent, NODE_MAP)) {
		buf_add_safe(out, node->key);
		buf_add(out, STR(": "));
	}
	buf_addf(out, "%s %zu..%zu", kinds[node->kind], node->offset, node->end);
	if (node->text.n > 0) {
		buf_addc(out, ' ');
		buf_add_safe(out, node->text);
	}
	buf_addc(out, '\n');
	for (const struct node *child = node_first(node); child; child = child->next)
		print_node(child, depth + 1, out);
}

void tree_print(const struct syntax_tree *tree, struct buf *out)
{
	for (size_t i = 0; i < tree->roots.n; i++) {
		if (i > 0)
			buf_add(out, STR("---\n"));
		print_node(tree->roots.p[i], 0, out);
	}
	for (size_t i = 0; i < tree->problems.n; i++)
		buf_addf(out, "! %zu..%zu %s\n", tree->problems.p[i].offset,
		    tree->problems.p[i].end, tree->problems.p[i].what);
}

static size_t check_node(const struct syntax_tree *tree, const struct node *node, unsigned depth)
{
	size_t n = tree->text.n, children = 0, met = 1;
	struct place place;

	assert_true(depth < 300);
	assert_true(node->offset <= node->end && node->end <= n);
	assert_true(node->key_offset <= node->key_end && node->key_end <= n);
	if (node->kind == NODE_LIST || node->kind == NODE_MAP)
		assert_int_equal(node->text.n, 0);
	else
		assert_null(node->first);
	node_place(tree, node, STR("x"), &place);
	assert_true(place.line > 0 && place.column > 0);
	assert_true(place.end_line >= place.line);
	for (const struct node *child = node->first; child; child = child->next) {
		met += check_node(tree, child, depth + 1);
		children++;
		assert_true(child->next || child == node->last);
	}
	assert_int_equal(children, node->n);
	return met;
}

size_t tree_check(const struct syntax_tree *tree)
{
	size_t met = 0;

	for (size_t i = 0; i < tree->roots.n; i++) {
		assert_null(tree->roots.p[i]->parent);
		met += check_node(tree, tree->roots.p[i], 0);
	}
	for (size_t i = 0; i < tree->problems.n; i++) {
		const struct syntax_problem *problem = &tree->problems.p[i];

		assert_true(problem->offset <= problem->end && problem->end <= tree->text.n);
		assert_true(strlen(problem->what) > 3);
	}
	assert_true(tree->problems.n <= SYNTAX_PROBLEMS_MAX);
	return met;
}

void assert_tree(tree_reader *read, const char *text, const char *want)
{
	struct buf got CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct syntax_tree tree;
	struct err err = ERR_INIT;
	struct arena arena;

	arena_init(&arena, MIB(16));
	if (read(str_of(text), 64, &arena, &tree, &err))
		fail_msg("%s: %s", text, err.text);
	(void)tree_check(&tree);
	tree_print(&tree, &got);
	assert_string_equal(buf_cstr(&got), want);
	arena_release(&arena);
}

struct tree_input {
	tree_reader *read;
	struct str text;
};

static int read_tree(const void *input, struct arena *arena, struct buf *out, struct err *err)
{
	const struct tree_input *in = input;
	struct syntax_tree tree;

	if (in->read(in->text, 64, arena, &tree, err) != 0)
		return -1;
	tree_print(&tree, out);
	return 0;
}

void assert_survives_full_arena(tree_reader *read, struct str text)
{
	struct tree_input input = {read, text};

	assert_true(assert_survives_full_arenas(read_tree, &input) > 5);
}
