/*
 * Two steps: each file is checked by itself, so that a mistake has its place; then the trees are
 * merged, and what came of it is read without a question.
 */
#include "peer/dlint_rules.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/opt.h"

extern const char embed_dlint_base[], embed_dlint_default[];
extern const unsigned long embed_dlint_base_size, embed_dlint_default_size;

enum { NESTING = 16, KEYS_MAX = 16, DEFAULTS = 2 };

const char *dlint_level_word(enum dlint_level level)
{
	static const char *const words[] = {"error", "warn", "info"};

	return words[level];
}

static bool level_parse(struct str word, enum dlint_level *ret)
{
	for (int i = 0; i < DLINT_LEVELS; i++) {
		if (str_eq(word, str_of(dlint_level_word((enum dlint_level)i)))) {
			*ret = (enum dlint_level)i;
			return true;
		}
	}
	return false;
}

/* ---- checking one file ---- */

struct dlint_check {
	struct str name;
	struct syntax_tree tree;
	dlint_warn_fn *warn;
	void *warn_arg;
	struct arena *arena;
	struct err *err;
};

static int fail_at(struct dlint_check *c, size_t offset, const char *what)
{
	struct place place;

	line_index_place(&c->tree.lines, offset, offset, &place);
	return err_set(c->err, ERR_CONFIG, STR_FMT ":%u:%u: %s", STR_ARG(str_excerpt(c->name, 80)),
	    place.line, place.column, what);
}

/* What dockerfile_lint takes without a word, and makes nothing of. */
static int warn_node(struct dlint_check *c, const struct node *node, const char *what)
{
	struct place place;
	struct str message;

	line_index_place(&c->tree.lines, node->key_offset, node->key_end, &place);
	message = arena_fmt(c->arena, STR_FMT ":%u:%u: %s", STR_ARG(str_excerpt(c->name, 80)),
	    place.line, place.column, what);
	if (!message.p)
		return arena_err(c->arena, c->err);
	c->warn(c->warn_arg, message);
	return 0;
}

static int fail_node(struct dlint_check *c, const struct node *node, const char *what)
{
	return fail_at(c, node->key.n > 0 ? node->key_offset : node->offset, what);
}

/* What a key's value is. */
enum dlint_shape {
	ANY,
	TEXT,
	FLAG,
	LEVEL,
	LOOSE_LEVEL, /* anything else is an error */
	REGEX,
	REFERENCE,
	TEXTS,
	REQUIRED,
	INSTRUCTIONS, /* a map of any names, each of the next table */
	NAMES,
	LIST, /* of maps of the next table */
	SECTION,
};

struct dlint_key {
	const char *key;
	enum dlint_shape shape;
	const struct dlint_key *table; /* of what it holds; ends in a key NULL */
};

static const struct dlint_key rule_keys[] = {{"label", TEXT, NULL}, {"regex", REGEX, NULL},
    {"level", LEVEL, NULL}, {"message", TEXT, NULL}, {"description", TEXT, NULL},
    {"reference_url", REFERENCE, NULL}, {"inverse_rule", FLAG, NULL}, {NULL, ANY, NULL}};
static const struct dlint_key name_keys[] = {{"valueRegex", REGEX, NULL}, {"message", TEXT, NULL},
    {"description", TEXT, NULL}, {"level", LOOSE_LEVEL, NULL}, {"required", REQUIRED, NULL},
    {"matchKeyCase", FLAG, NULL}, {"reference_url", REFERENCE, NULL}, {NULL, ANY, NULL}};
static const struct dlint_key others_keys[] = {{"keyRegex", REGEX, NULL},
    {"valueRegex", REGEX, NULL}, {"name_error_message", TEXT, NULL},
    {"value_error_message", TEXT, NULL}, {"message", TEXT, NULL}, {"level", LOOSE_LEVEL, NULL},
    {"reference_url", REFERENCE, NULL}, {NULL, ANY, NULL}};
static const struct dlint_key instruction_keys[] = {{"paramSyntaxRegex", REGEX, NULL},
    {"rules", LIST, rule_keys}, {"defined_namevals", NAMES, name_keys},
    {"nameval_defaults", SECTION, others_keys}, {NULL, ANY, NULL}};
static const struct dlint_key needed_keys[] = {{"instruction", TEXT, NULL}, {"count", TEXT, NULL},
    {"level", LEVEL, NULL}, {"message", TEXT, NULL}, {"description", TEXT, NULL},
    {"reference_url", REFERENCE, NULL}, {NULL, ANY, NULL}};
static const struct dlint_key profile_keys[] = {{"name", TEXT, NULL}, {"description", TEXT, NULL},
    {"includes", TEXTS, NULL}, {NULL, ANY, NULL}};
static const struct dlint_key general_keys[] = {{"ref_url_base", TEXT, NULL},
    {"valid_instructions", TEXTS, NULL}, {"ignore_regex", ANY, NULL},
    {"multiline_regex", ANY, NULL}, {NULL, ANY, NULL}};
static const struct dlint_key file_keys[] = {{"profile", SECTION, profile_keys},
    {"general", SECTION, general_keys}, {"line_rules", INSTRUCTIONS, instruction_keys},
    {"required_instructions", LIST, needed_keys}, {"discouraged_instructions", ANY, NULL},
    {"mutually_exclusive_instructions", ANY, NULL}, {NULL, ANY, NULL}};

static int check_map(struct dlint_check *c, const struct node *map, const struct dlint_key *keys);

static bool is_scalar(const struct node *node)
{
	return !node_is(node, NODE_LIST) && !node_is(node, NODE_MAP);
}

static int check_texts(struct dlint_check *c, const struct node *list, const char *what)
{
	for (const struct node *item = node_first(list); item; item = item->next)
		if (!is_scalar(item) || item->kind == NODE_NULL)
			return fail_node(c, item, what);
	return 0;
}

static int check_regex(struct dlint_check *c, const struct node *node)
{
	struct js_regex *regex = NULL;
	struct err why = ERR_INIT;
	int failed = js_regex_new(node_text(node), &regex, &why);

	js_regex_free(regex);
	if (!failed || why.code != ERR_CONFIG)
		return failed ? (*c->err = why, -1) : 0;
	return fail_at(c, node->offset, why.text);
}

static int check_each(
    struct dlint_check *c, const struct node *parent, const struct dlint_key *keys)
{
	for (const struct node *child = node_first(parent); child; child = child->next)
		if (child->kind != NODE_NULL && check_map(c, child, keys) != 0)
			return -1;
	return 0;
}

/* An empty list stands for nothing, whatever is expected. */
static bool is_nothing(const struct node *node)
{
	return node->kind == NODE_NULL || (node->kind == NODE_LIST && node->n == 0);
}

static int check_value(struct dlint_check *c, const struct node *value, const struct dlint_key *key)
{
	enum dlint_level level;

	if (is_nothing(value) && key->shape != LEVEL && key->shape != REGEX)
		return 0;
	switch (key->shape) {
	case TEXT:
		return is_scalar(value) ? 0 : fail_node(c, value, "a text is expected");
	case FLAG:
		return node_is(value, NODE_BOOL) ? 0
						 : fail_node(c, value, "true or false is expected");
	case LEVEL:
		return level_parse(node_text(value), &level)
			   ? 0
			   : fail_node(c, value, "the level is error, warn or info");
	case LOOSE_LEVEL:
		return level_parse(node_text(value), &level)
			   ? 0
			   : warn_node(c, value, "this is no level, so it counts as error");
	case REGEX:
		return check_regex(c, value);
	case REFERENCE:
		return is_scalar(value) ? 0 : check_texts(c, value, "an address is expected");
	case TEXTS:
		if (!node_is(value, NODE_LIST))
			return fail_node(c, value, "a list is expected");
		return check_texts(c, value, "a list of texts is expected");
	case REQUIRED:
		if (node_is(value, NODE_BOOL) || str_eq(node_text(value), STR("recommended")))
			return 0;
		return fail_node(c, value, "true, false or recommended is expected");
	case INSTRUCTIONS:
	case NAMES:
		if (node_is(value, NODE_LIST))
			return warn_node(
			    c, value, "names are expected, not a list, so it changes nothing");
		if (!node_is(value, NODE_MAP))
			return fail_node(c, value, "names with what is said of each are expected");
		return check_each(c, value, key->table);
	case LIST:
		if (!node_is(value, NODE_LIST))
			return fail_node(c, value, "a list is expected");
		return check_each(c, value, key->table);
	case SECTION:
		return check_map(c, value, key->table);
	case ANY:
	default:
		return 0;
	}
}

static int unknown_key(
    struct dlint_check *c, const struct node *member, const struct dlint_key *keys)
{
	const char *names[KEYS_MAX], *near;
	struct str message;
	struct place place;
	size_t n = 0;

	for (; keys[n].key; n++)
		names[n] = keys[n].key;
	near = opt_nearest(member->key, names, n);
	line_index_place(&c->tree.lines, member->key_offset, member->key_end, &place);
	message = arena_fmt(c->arena, STR_FMT ":%u:%u: unknown key " STR_FMT "%s%s%s",
	    STR_ARG(str_excerpt(c->name, 80)), place.line, place.column,
	    STR_ARG(str_excerpt(member->key, 40)),
	    near ? "; did you mean " : ", which changes nothing", near ? near : "",
	    near ? "?" : "");
	if (near || !message.p)
		return err_set(c->err, ERR_CONFIG, STR_FMT, STR_ARG(message));
	c->warn(c->warn_arg, message);
	return 0;
}

/* A rule that says no level would say nothing. */
static int check_whole(struct dlint_check *c, const struct node *map, const struct dlint_key *keys)
{
	if (keys == rule_keys && node_get(map, STR("regex")) && !node_get(map, STR("level")))
		return fail_node(c, map, "a rule has a level: error, warn or info");
	if (keys == needed_keys && node_text(node_get(map, STR("instruction"))).n == 0)
		return fail_node(c, map, "the instruction that is required is missing");
	if (keys == needed_keys && !node_get(map, STR("level")))
		return fail_node(c, map, "what is required has a level: error, warn or info");
	return 0;
}

static int check_map(struct dlint_check *c, const struct node *map, const struct dlint_key *keys)
{
	if (!node_is(map, NODE_MAP))
		return fail_node(c, map, "keys with their values are expected");
	for (const struct node *member = node_first(map); member; member = member->next) {
		size_t i = 0;

		while (keys[i].key && !str_eq(member->key, str_of(keys[i].key)))
			i++;
		if ((keys[i].key ? check_value(c, member, &keys[i])
				 : unknown_key(c, member, keys)) != 0)
			return -1;
	}
	return check_whole(c, map, keys);
}

/* YAML forbids a tab before a comment or a line's end in places where other readers pass over it.
 */
static struct str without_trailing_blanks(struct str text, struct arena *arena)
{
	char *p = arena_alloc(arena, text.n + 1);
	size_t n = 0;
	struct str line;

	while (p && str_cut(&text, '\n', &line)) {
		line = str_trim_right(line);
		memcpy(p + n, line.p, line.n);
		n += line.n;
		p[n++] = '\n';
	}
	return str_make(p, n);
}

static struct str_list texts_of(const struct node *list, struct arena *arena)
{
	struct str *texts = arena_array(arena, list ? list->n : 0, sizeof *texts);
	size_t n = 0;

	for (const struct node *item = node_first(list); texts && item; item = item->next)
		texts[n++] = item->text;
	return (struct str_list){texts, n};
}

int dlint_file_read(struct str name, struct str text, struct arena *arena, dlint_warn_fn *warn,
    void *warn_arg, struct dlint_file *ret, struct err *err)
{
	struct dlint_check c = {
	    .name = name, .warn = warn, .warn_arg = warn_arg, .arena = arena, .err = err};
	const struct node *root;

	if (yaml_tree(without_trailing_blanks(text, arena), NESTING, arena, &c.tree, err) != 0 &&
	    c.tree.problems.n == 0)
		return err_wrap(err, STR_FMT, STR_ARG(str_excerpt(name, 80)));
	if (c.tree.problems.n > 0)
		return fail_at(&c, c.tree.problems.p[0].offset, c.tree.problems.p[0].what);
	if (c.tree.roots.n != 1)
		return fail_at(
		    &c, 0, c.tree.roots.n == 0 ? "it is empty" : "it has several documents");
	root = c.tree.roots.p[0];
	if (check_map(&c, root, file_keys) != 0)
		return -1;
	*ret = (struct dlint_file){.name = name,
	    .root = root,
	    .includes = texts_of(node_path(root, "profile.includes"), arena)};
	return arena_check(arena, err);
}

/* ---- merging ---- */

static struct node *copy_node(const struct node *from, struct arena *arena)
{
	struct node *node = arena_new(arena, struct node);

	if (!node)
		return NULL;
	*node = (struct node){.kind = from->kind, .text = from->text, .key = from->key};
	return node;
}

static void append(struct node *parent, struct node *child)
{
	child->parent = parent;
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->n++;
}

static struct node *copy_tree(const struct node *from, struct arena *arena)
{
	struct node *node = copy_node(from, arena);

	for (const struct node *child = node_first(from); node && child; child = child->next) {
		struct node *copied = copy_tree(child, arena);

		if (copied)
			append(node, copied);
	}
	return node;
}

static struct node *member_named(struct node *map, struct str key)
{
	struct node *member = map->first;

	while (member && !str_eq(member->key, key))
		member = member->next;
	return member;
}

/* What a list of required instructions is by: the instruction's name. */
static struct str item_name(const struct node *item)
{
	return node_text(node_get(item, STR("instruction")));
}

static void merge(struct node *into, const struct node *from, struct arena *arena);

/* Required instructions are merged by name; other lists stand one behind the other. */
static void merge_list(struct node *into, const struct node *from, struct arena *arena)
{
	bool by_name = str_eq(into->key, STR("required_instructions"));

	for (const struct node *item = node_first(from); item; item = item->next) {
		struct node *same = by_name ? into->first : NULL, *copied;

		while (same && !str_eq(item_name(same), item_name(item)))
			same = same->next;
		if (same) {
			merge(same, item, arena);
			continue;
		}
		copied = copy_tree(item, arena);
		if (copied)
			append(into, copied);
	}
}

static void merge_member(struct node *into, const struct node *member, struct arena *arena)
{
	struct node *same = member_named(into, member->key);
	struct node *copied;

	if (member->kind == NODE_NULL && same)
		return;
	if (same && same->kind == member->kind && !is_scalar(same)) {
		merge(same, member, arena);
		return;
	}
	copied = copy_tree(member, arena);
	if (!copied)
		return;
	if (!same) {
		append(into, copied);
		return;
	}
	same->kind = copied->kind;
	same->text = copied->text;
	same->first = copied->first;
	same->last = copied->last;
	same->n = copied->n;
}

static void merge(struct node *into, const struct node *from, struct arena *arena)
{
	if (into->kind == NODE_LIST) {
		merge_list(into, from, arena);
		return;
	}
	for (const struct node *member = node_first(from); member; member = member->next)
		merge_member(into, member, arena);
}

/* ---- reading what was merged ---- */

struct maker {
	struct dlint_rules *rules;
	struct arena *arena;
	struct err *err;
};

static struct str upper(struct maker *m, struct str text)
{
	char *p = arena_alloc(m->arena, text.n + 1);

	for (size_t i = 0; p && i < text.n; i++)
		p[i] = byte_upper(text.p[i]);
	return str_make(p, p ? text.n : 0);
}

static int make_regex(
    struct maker *m, const struct node *map, const char *key, struct js_regex **ret)
{
	const struct node *node = node_get(map, str_of(key));

	*ret = NULL;
	if (!node)
		return 0;
	if (js_regex_new(node->text, ret, m->err) != 0)
		return -1;
	if (!vec_push(&m->rules->regexes, m->arena, *ret)) {
		js_regex_free(*ret);
		return arena_err(m->arena, m->err);
	}
	return 0;
}

static struct dlint_reference reference_of(struct maker *m, const struct node *map)
{
	const struct node *node = node_get(map, STR("reference_url"));
	struct dlint_reference reference = {.is_list = node_is(node, NODE_LIST)};
	struct str *text = node ? arena_new(m->arena, struct str) : NULL;

	if (reference.is_list) {
		reference.parts = texts_of(node, m->arena);
	} else if (text) {
		*text = node_text(node);
		reference.parts = (struct str_list){text, 1};
	}
	return reference;
}

static struct str text_of(const struct node *map, const char *key)
{
	return node_text(node_get(map, str_of(key)));
}

/* What says no level is an error. */
static enum dlint_level level_of(const struct node *map)
{
	enum dlint_level level = DLINT_ERROR;

	(void)level_parse(text_of(map, "level"), &level);
	return level;
}

static int make_rules(struct maker *m, const struct node *list, struct dlint_instruction *in)
{
	for (const struct node *item = node_first(list); item; item = item->next) {
		struct dlint_rule rule = {.label = text_of(item, "label"),
		    .message = text_of(item, "message"),
		    .description = text_of(item, "description"),
		    .reference = reference_of(m, item),
		    .level = level_of(item),
		    .inverse = node_bool(node_get(item, STR("inverse_rule")), false)};

		if (make_regex(m, item, "regex", &rule.regex) != 0)
			return -1;
		if (rule.regex)
			vec_push(&in->rules, m->arena, rule);
	}
	return 0;
}

static enum dlint_required required_of(const struct node *map)
{
	const struct node *node = node_get(map, STR("required"));

	if (str_eq(node_text(node), STR("recommended")))
		return DLINT_RECOMMENDED;
	return node_bool(node, false) ? DLINT_REQUIRED : DLINT_OPTIONAL;
}

static int make_names(struct maker *m, const struct node *map, struct dlint_instruction *in)
{
	for (const struct node *item = node_is(map, NODE_MAP) ? node_first(map) : NULL; item;
	    item = item->next) {
		struct dlint_name name = {.name = item->key,
		    .message = text_of(item, "message"),
		    .reference = reference_of(m, item),
		    .level = level_of(item),
		    .required = required_of(item),
		    .match_case = node_bool(node_get(item, STR("matchKeyCase")), false)};

		if (item->kind != NODE_MAP)
			continue;
		if (make_regex(m, item, "valueRegex", &name.value) != 0)
			return -1;
		vec_push(&in->names, m->arena, name);
	}
	return 0;
}

static int make_others(struct maker *m, const struct node *map, struct dlint_instruction *in)
{
	struct dlint_names *others = arena_new(m->arena, struct dlint_names);

	if (!node_is(map, NODE_MAP))
		return 0;
	if (!others)
		return arena_err(m->arena, m->err);
	*others = (struct dlint_names){.name_message = text_of(map, "name_error_message"),
	    .value_message = text_of(map, "value_error_message"),
	    .reference = reference_of(m, map),
	    .level = level_of(map)};
	in->others = others;
	return make_regex(m, map, "keyRegex", &others->name) != 0 ||
		       make_regex(m, map, "valueRegex", &others->value) != 0
		   ? -1
		   : 0;
}

static int make_instruction(struct maker *m, const struct node *node)
{
	struct dlint_instruction in = {.keyword = upper(m, node->key)};

	if (make_regex(m, node, "paramSyntaxRegex", &in.parameters) != 0 ||
	    make_rules(m, node_get(node, STR("rules")), &in) != 0 ||
	    make_names(m, node_get(node, STR("defined_namevals")), &in) != 0 ||
	    make_others(m, node_get(node, STR("nameval_defaults")), &in) != 0)
		return -1;
	vec_push(&m->rules->instructions, m->arena, in);
	return 0;
}

static void make_needed(struct maker *m, const struct node *item)
{
	struct dlint_needed needed = {.instruction = text_of(item, "instruction"),
	    .count = text_of(item, "count"),
	    .message = text_of(item, "message"),
	    .description = text_of(item, "description"),
	    .reference = reference_of(m, item),
	    .level = level_of(item)};

	vec_push(&m->rules->needed, m->arena, needed);
}

static void nobody(void *arg, struct str message)
{
	(void)arg, (void)message;
}

static int read_own(struct str name, const char *text, unsigned long size, struct arena *arena,
    struct dlint_file *ret, struct err *err)
{
	return dlint_file_read(name, str_make(text, size), arena, nobody, NULL, ret, err);
}

/* What was included is there. */
static void leave_out_includes(const struct node *profile)
{
	struct node *map = (struct node *)(uintptr_t)profile, *last = NULL;

	for (struct node *member = map ? map->first : NULL; member; member = member->next) {
		if (!str_eq(member->key, STR("includes"))) {
			last = member;
			continue;
		}
		*(last ? &last->next : &map->first) = member->next;
		map->last = member->next ? map->last : last;
		map->n--;
	}
}

int dlint_rules_make(const struct dlint_file *files, size_t n, struct arena *arena,
    struct dlint_rules *ret, struct err *err)
{
	struct maker m = {.rules = ret, .arena = arena, .err = err};
	struct dlint_file base, defaults;
	struct node *merged;

	*ret = (struct dlint_rules){.arena = arena};
	if (read_own(STR("base"), embed_dlint_base, embed_dlint_base_size, arena, &base, err) !=
		0 ||
	    read_own(STR("default"), embed_dlint_default, embed_dlint_default_size, arena,
		&defaults, err) != 0)
		return -1;
	merged = copy_tree(base.root, arena);
	if (!merged)
		return arena_err(arena, err);
	if (!files)
		merge(merged, defaults.root, arena);
	for (size_t i = n; files && i > 0; i--)
		merge(merged, files[i - 1].root, arena);
	leave_out_includes(node_get(merged, STR("profile")));
	ret->merged = merged;
	ret->keywords = texts_of(node_path(merged, "general.valid_instructions"), arena);
	for (const struct node *in = node_first(node_get(merged, STR("line_rules"))); in;
	    in = in->next)
		if (in->kind == NODE_MAP && make_instruction(&m, in) != 0)
			return -1;
	for (const struct node *item = node_first(node_get(merged, STR("required_instructions")));
	    item; item = item->next)
		make_needed(&m, item);
	return arena_check(arena, err);
}

void dlint_rules_release(struct dlint_rules *rules)
{
	for (size_t i = 0; i < rules->regexes.n; i++)
		js_regex_free(rules->regexes.p[i]);
	rules->regexes.n = 0;
}

/* ---- printing ---- */

static void print_scalar(const struct node *node, struct buf *out)
{
	struct json_out quoted;

	if (node->kind == NODE_BOOL || node->kind == NODE_NUMBER) {
		buf_add(out, node->text);
	} else if (node->kind == NODE_NULL) {
		buf_add(out, STR("null"));
	} else {
		json_out_init(&quoted, out, false);
		json_str(&quoted, node->text);
	}
}

/* A child begins on this line if it stands behind "- ", else on the next one. */
static void print_node(const struct node *node, unsigned indent, bool begun, struct buf *out)
{
	if (is_scalar(node) || node->n == 0) {
		buf_addc(out, ' ');
		if (is_scalar(node))
			print_scalar(node, out);
		else
			buf_add(out, node->kind == NODE_LIST ? STR("[]") : STR("{}"));
		buf_addc(out, '\n');
		return;
	}
	if (!begun)
		buf_addc(out, '\n');
	for (const struct node *child = node->first; child; child = child->next) {
		struct json_out key;

		if (!begun || child != node->first)
			buf_addf(out, "%*s", (int)indent, "");
		else
			buf_addc(out, ' ');
		if (node->kind == NODE_LIST) {
			buf_addc(out, '-');
			print_node(child, indent + 2, true, out);
			continue;
		}
		json_out_init(&key, out, false);
		json_str(&key, child->key);
		buf_addc(out, ':');
		print_node(child, indent + 2, false, out);
	}
}

void dlint_rules_print(const struct dlint_rules *rules, struct buf *out)
{
	buf_add(out, STR("---"));
	print_node(rules->merged, 0, false, out);
}
