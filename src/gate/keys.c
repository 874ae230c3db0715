#include "gate/keys.h"

#include "base/clock.h"
#include "base/opt.h"

enum { KEYS_NESTING = 16 };

int keys_fail(const struct keys *k, const struct node *node, const char *what, struct err *err)
{
	struct place place = {0};

	node_place(&k->tree, node, k->source, &place);
	return err_set(err, ERR_CONFIG, STR_FMT ":%u:%u: %s", STR_ARG(k->source), place.line,
	    place.column, what);
}

static int fail_key(const struct keys *k, const struct node *node, const struct key_row *rows,
    size_t n, struct err *err)
{
	const char *names[32], *near;
	struct err unknown = ERR_INIT;

	for (size_t i = 0; i < n && i < ARRAY_LEN(names); i++)
		names[i] = rows[i].key;
	near = opt_nearest(node->key, names, MIN_OF(n, ARRAY_LEN(names)));
	(void)err_set(&unknown, ERR_CONFIG,
	    near ? "no such key: " STR_FMT "; did you mean %s?" : "no such key: " STR_FMT "%s",
	    STR_ARG(node->key), near ? near : "");
	return keys_fail(k, node, unknown.text, err);
}

int keys_version(const struct keys *k, const struct node *root, const char *wrong, struct err *err)
{
	const struct node *version = node_get(root, STR("plimsoll"));

	if (!node_is(root, NODE_MAP) || (version && str_eq(node_text(version), STR("1"))))
		return 0;
	return keys_fail(
	    k, version ? version : root, version ? wrong : "`plimsoll: 1` is required", err);
}

int keys_read(struct keys *k, const struct node *map, const struct key_row *rows, size_t n,
    void *target, struct err *err)
{
	if (!node_is(map, NODE_MAP))
		return keys_fail(k, map, "a mapping (key: value) is expected here", err);
	for (const struct node *member = node_first(map); member; member = member->next) {
		size_t i = 0;

		while (i < n && !str_eq(member->key, str_of(rows[i].key)))
			i++;
		if (i == n && !k->unknown)
			return fail_key(k, member, rows, n, err);
		if (i == n && k->unknown->code == ERR_NONE)
			(void)fail_key(k, member, rows, n, k->unknown);
		if (i < n && rows[i].read &&
		    rows[i].read(k, member, (char *)target + rows[i].offset, err) != 0)
			return -1;
	}
	return 0;
}

int key_text(struct keys *k, const struct node *value, void *target, struct err *err)
{
	struct str *text = target;

	if (node_is(value, NODE_LIST) || node_is(value, NODE_MAP) || node_is(value, NODE_NULL))
		return keys_fail(k, value, "a text is expected here", err);
	*text = arena_str(k->arena, value->text);
	return text->p ? 0 : arena_err(k->arena, err);
}

int key_date(struct keys *k, const struct node *value, void *target, struct err *err)
{
	int64_t ms;

	if (!time_parse(node_text(value), &ms) || node_text(value).n != 10)
		return keys_fail(k, value, "a date is expected here, such as 2026-12-31", err);
	return key_text(k, value, target, err);
}

int key_count(struct keys *k, const struct node *value, void *target, struct err *err)
{
	uint64_t *count = target;

	if (!node_u64(value, count) || *count > UINT32_MAX)
		return keys_fail(k, value, "a whole number is expected here", err);
	return 0;
}

int key_flag(struct keys *k, const struct node *value, void *target, struct err *err)
{
	bool *flag = target;

	if (!node_is(value, NODE_BOOL))
		return keys_fail(k, value, "true or false is expected here", err);
	*flag = node_bool(value, false);
	return 0;
}

int key_list(struct keys *k, const struct node *value, void *target, struct err *err)
{
	struct str_list *list = target;

	if (!node_is(value, NODE_LIST))
		return keys_fail(
		    k, value, "a list is expected here, such as [DL3002, DL3026]", err);
	list->p = arena_array(k->arena, value->n, sizeof *list->p);
	if (!list->p)
		return arena_err(k->arena, err);
	list->n = 0;
	for (const struct node *item = node_first(value); item; item = item->next) {
		if (key_text(k, item, &list->p[list->n++], err) != 0)
			return -1;
	}
	return 0;
}

/* A word of a closed list; `words` ends at an empty slice. */
int key_word(struct keys *k, const struct node *value, const struct str *words,
    const char *expected, int *ret, struct err *err)
{
	for (int i = 0; words[i].n > 0; i++) {
		if (str_eq(words[i], node_text(value))) {
			*ret = i;
			return 0;
		}
	}
	return keys_fail(k, value, expected, err);
}

/* The first mistake of the text, in a policy's words. */
static int fail_problem(const struct keys *k, struct err *err)
{
	const struct syntax_problem *first = &k->tree.problems.p[0];
	bool twice = str_eq(str_of(first->what), str_of(tree_name_twice));
	struct place at = {0};

	line_index_place(&k->tree.lines, first->offset, first->end, &at);
	return err_set(err, ERR_CONFIG, STR_FMT ":%u:%u: %s", STR_ARG(k->source), at.line,
	    at.column, twice ? "this key stands twice; leave one of the two" : first->what);
}

int keys_open(struct str text, struct str source, struct arena *arena, struct keys *ret,
    const struct node **ret_root, struct err *err)
{
	struct keys k = {.source = source, .arena = arena};

	if (yaml_tree(text, KEYS_NESTING, arena, &k.tree, err) != 0) {
		if (k.tree.problems.n > 0)
			return fail_problem(&k, err);
		/* A text that is too large is a mistake like any other. */
		if (err->code == ERR_LIMIT || err->code == ERR_FORMAT)
			err->code = ERR_CONFIG;
		return err_wrap(err, STR_FMT, STR_ARG(source));
	}
	if (k.tree.problems.n > 0)
		return fail_problem(&k, err);
	if (k.tree.roots.n == 0)
		return err_set(err, ERR_CONFIG,
		    STR_FMT ":1:1: it is empty; it begins with `plimsoll: 1`", STR_ARG(source));
	if (k.tree.roots.n > 1)
		return keys_fail(&k, k.tree.roots.p[1],
		    "more than one document; leave one, without a line of --- before another", err);
	*ret = k;
	*ret_root = k.tree.roots.p[0];
	return 0;
}
