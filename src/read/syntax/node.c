#include "read/syntax/node.h"

#include "base/map.h"
#include "read/syntax/node_build.h"

enum { NAMES_SMALL = 12 };

/* ---- building ---- */

int tree_init(struct tree_builder *b, struct str text, struct arena *arena, struct err *err)
{
	*b = (struct tree_builder){.arena = arena};
	b->tree.text = text;
	return line_index_init(&b->tree.lines, text, arena, err);
}

bool tree_is_utf16(struct tree_builder *b)
{
	struct str text = b->tree.text;

	if (!str_starts(text, STR("\xff\xfe")) && !str_starts(text, STR("\xfe\xff")))
		return false;
	tree_problem(b, "UTF-16 text; save the file as UTF-8", 0, 2);
	return true;
}

void tree_problem(struct tree_builder *b, const char *what, size_t offset, size_t end)
{
	struct syntax_problem problem = {what, offset, end};

	if (b->tree.problems.n >= SYNTAX_PROBLEMS_MAX)
		return;
	if (b->tree.problems.n == SYNTAX_PROBLEMS_MAX - 1)
		problem.what = "more mistakes from here on; they are not listed";
	vec_push(&b->tree.problems, b->arena, problem);
}

struct node *tree_node(struct tree_builder *b, enum node_kind kind, size_t offset, size_t end)
{
	struct node *node = arena_new(b->arena, struct node);

	if (!node)
		return NULL;
	node->kind = kind;
	node->offset = offset;
	node->end = end;
	return node;
}

void node_append(struct node *parent, struct node *child)
{
	child->parent = parent;
	child->next = NULL;
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->n++;
}

/* A name that stands nowhere was made up by a recovery. */
static bool is_named(const struct node *member)
{
	return member->key_end > member->key_offset;
}

const char tree_name_twice[] = "this name was given before; the last one counts";

static void tell_twice(struct tree_builder *b, const struct node *member)
{
	tree_problem(b, tree_name_twice, member->key_offset, member->key_end);
}

static void check_few_names(struct tree_builder *b, const struct node *map)
{
	for (const struct node *member = map->first; member; member = member->next) {
		const struct node *other = map->first;

		while (other != member && !(is_named(other) && str_eq(other->key, member->key)))
			other = other->next;
		if (other != member && is_named(member))
			tell_twice(b, member);
	}
}

static void check_many_names(struct tree_builder *b, const struct node *map)
{
	struct arena scratch CLEANUP(arena_release);
	struct map seen;

	arena_init(&scratch, b->arena->limit_bytes);
	map_init(&seen, &scratch);
	for (struct node *member = map->first; member; member = member->next) {
		if (!is_named(member))
			continue;
		if (map_has(&seen, member->key))
			tell_twice(b, member);
		else
			map_put(&seen, member->key, member);
	}
	if (!arena_ok(&scratch))
		arena_fail(b->arena, scratch.full);
}

void tree_check_names(struct tree_builder *b, const struct node *map)
{
	if (map->n <= NAMES_SMALL)
		check_few_names(b, map);
	else
		check_many_names(b, map);
}

/* ---- looking up ---- */

const struct node *node_get(const struct node *map, struct str key)
{
	const struct node *found = NULL;

	if (!node_is(map, NODE_MAP))
		return NULL;
	for (const struct node *child = map->first; child; child = child->next) {
		if (str_eq(child->key, key))
			found = child;
	}
	return found;
}

const struct node *node_path(const struct node *map, const char *dotted)
{
	struct str rest = str_of(dotted), name;

	while (map && str_cut(&rest, '.', &name))
		map = node_get(map, name);
	return map;
}

struct str node_text(const struct node *scalar)
{
	return scalar ? scalar->text : STR_NONE;
}

bool node_is(const struct node *node, enum node_kind kind)
{
	return node && node->kind == kind;
}

bool node_bool(const struct node *node, bool otherwise)
{
	return node_is(node, NODE_BOOL) ? str_eq(node->text, STR("true")) : otherwise;
}

bool node_u64(const struct node *node, uint64_t *ret_value)
{
	return node_is(node, NODE_NUMBER) && str_to_u64(node->text, ret_value);
}

const struct node *node_first(const struct node *parent)
{
	return parent ? parent->first : NULL;
}

void node_place(const struct syntax_tree *tree, const struct node *node, struct str path,
    struct place *ret_place)
{
	bool named = node->key_end > node->key_offset && node->key_offset <= node->offset;

	*ret_place = (struct place){.origin.path = path};
	line_index_place(
	    &tree->lines, named ? node->key_offset : node->offset, node->end, ret_place);
}
