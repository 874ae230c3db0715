/* The JSON tree: base/json.h's events, put together. */
#include "base/json.h"
#include "read/syntax/node_build.h"

struct json_builder {
	struct tree_builder b;
	struct node *open;     /* the container that is being read */
	struct json_event key; /* of the member that comes next; JSON_END if there is none */
};

static void on_problem(void *arg, const char *what, size_t offset, size_t end)
{
	tree_problem(arg, what, offset, end);
}

static enum node_kind kind_of(enum json_kind kind)
{
	switch (kind) {
	case JSON_OBJECT:
		return NODE_MAP;
	case JSON_ARRAY:
		return NODE_LIST;
	case JSON_STRING:
		return NODE_STRING;
	case JSON_NUMBER:
		return NODE_NUMBER;
	case JSON_TRUE:
	case JSON_FALSE:
		return NODE_BOOL;
	case JSON_NULL:
	case JSON_KEY:
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
	case JSON_END:
		break;
	}
	return NODE_NULL;
}

static void add_value(struct json_builder *j, const struct json_event *event)
{
	enum node_kind kind = kind_of(event->kind);
	struct node *node = tree_node(&j->b, kind, event->offset, event->end);

	if (!node)
		return;
	if (kind != NODE_NULL)
		node->text = event->text;
	if (!j->open)
		vec_push(&j->b.tree.roots, j->b.arena, node);
	else
		node_append(j->open, node);
	if (node_is(j->open, NODE_MAP)) {
		node->key = j->key.text;
		node->key_offset = j->key.offset;
		node->key_end = j->key.end;
	}
	if (kind == NODE_MAP || kind == NODE_LIST)
		j->open = node;
}

static void take_event(struct json_builder *j, const struct json_event *event)
{
	switch (event->kind) {
	case JSON_KEY:
		j->key = *event;
		break;
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
		j->open->end = event->end;
		if (j->open->kind == NODE_MAP)
			tree_check_names(&j->b, j->open);
		j->open = j->open->parent;
		break;
	case JSON_END:
		break;
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_STRING:
	case JSON_NUMBER:
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		add_value(j, event);
		break;
	}
}

int json_tree(struct str text, unsigned nesting_max, struct arena *arena, struct syntax_tree *ret,
    struct err *err)
{
	struct json_builder j = {0};
	struct json_event event = {.kind = JSON_NULL};
	struct json_in in;

	if (tree_init(&j.b, text, arena, err))
		return -1;
	json_in_init(&in, text, arena);
	in.depth_max = nesting_max;
	in.on_problem = on_problem;
	in.on_problem_arg = &j.b;
	if (tree_is_utf16(&j.b))
		event.kind = JSON_END;
	while (event.kind != JSON_END && arena_ok(arena)) {
		if (json_next(&in, &event, err))
			return -1;
		take_event(&j, &event);
	}
	*ret = j.b.tree;
	return arena_check(arena, err);
}
