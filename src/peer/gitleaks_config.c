#include "peer/gitleaks_config.h"

#include "base/opt.h"
#include "gate/keys.h"
#include "read/syntax/node.h"

#include <stdlib.h>

enum { NESTING = 32, NUMBER_BYTES = 40, KEYS_MAX = 32 };

struct gitleaks_reader {
	struct keys keys; /* for errors, and what reads them */
	struct gitleaks_warnings *warnings;
};

/* A key, whatever its case, as the library that gitleaks reads it with has it. */
struct row {
	const char *key;
	int (*read)(
	    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err);
	size_t offset;
};

static struct arena *arena_of(struct gitleaks_reader *r)
{
	return r->keys.arena;
}

static int fail(
    struct gitleaks_reader *r, const struct node *node, const char *what, struct err *err)
{
	return keys_fail(&r->keys, node, what, err);
}

static int place_of(
    struct gitleaks_reader *r, const struct node *node, struct str *ret, struct err *err)
{
	struct place place;

	node_place(&r->keys.tree, node, STR_NONE, &place);
	*ret = arena_fmt(
	    arena_of(r), STR_FMT ":%u:%u", STR_ARG(r->keys.source), place.line, place.column);
	return ret->p ? 0 : arena_err(arena_of(r), err);
}

/* ---- keys ---- */

/* What betterleaks has besides, and what to do about it. */
static const struct {
	struct str key;
	const char *what; /* NULL: it changes nothing here, which is a warning */
} others[] = {
    {STR_INIT("prefilter"), "is an expression of betterleaks, and not evaluated here: say it by "
			    "[[allowlists]] with paths"},
    {STR_INIT("filter"), "is an expression of betterleaks, and not evaluated here: say it by "
			 "[[rules.allowlists]], entropy or keywords"},
    {STR_INIT("components"), "is betterleaks' name: write [[rules.required]]"},
    {STR_INIT("confidence"), NULL},
    {STR_INIT("validate"), NULL},
    {STR_INIT("analyze"), NULL},
    {STR_INIT("revoke"), NULL},
};

static const struct row *find_row(const struct row *rows, size_t n, struct str key)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq_nocase(key, str_of(rows[i].key)))
			return &rows[i];
	}
	return NULL;
}

static int warn(
    struct gitleaks_reader *r, const struct node *node, const char *what, struct err *err)
{
	struct err text = ERR_INIT;
	struct str warning;

	(void)keys_fail(&r->keys, node, what, &text);
	warning = arena_str(arena_of(r), str_of(text.text));
	return vec_push(r->warnings, arena_of(r), warning) ? 0 : arena_err(arena_of(r), err);
}

static int unknown_key(struct gitleaks_reader *r, const struct node *member, const struct row *rows,
    size_t n, struct err *err)
{
	const char *names[KEYS_MAX], *near;
	struct str what;

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (!str_eq_nocase(member->key, others[i].key))
			continue;
		what = arena_fmt(arena_of(r), STR_FMT " %s", STR_ARG(others[i].key),
		    others[i].what
			? others[i].what
			: "is betterleaks' and changes nothing here: no secret is tried");
		if (!what.p)
			return arena_err(arena_of(r), err);
		return others[i].what ? fail(r, member, what.p, err) : warn(r, member, what.p, err);
	}
	for (size_t i = 0; i < n && i < KEYS_MAX; i++)
		names[i] = rows[i].key;
	near = opt_nearest(member->key, names, MIN_OF(n, (size_t)KEYS_MAX));
	what =
	    near ? arena_fmt(arena_of(r), "there is no key \"" STR_FMT "\" here; did you mean %s?",
		       STR_ARG(str_excerpt(member->key, 60)), near)
		 : arena_fmt(arena_of(r),
		       "gitleaks knows no key \"" STR_FMT "\" here: it holds "
		       "nothing",
		       STR_ARG(str_excerpt(member->key, 60)));
	if (!what.p)
		return arena_err(arena_of(r), err);
	return near ? fail(r, member, what.p, err) : warn(r, member, what.p, err);
}

static int read_rows(struct gitleaks_reader *r, const struct node *map, const struct row *rows,
    size_t n, void *target, struct err *err)
{
	if (!node_is(map, NODE_MAP))
		return fail(r, map, "a table is expected here", err);
	for (const struct node *member = node_first(map); member; member = member->next) {
		const struct row *row = find_row(rows, n, member->key);

		if (!row && unknown_key(r, member, rows, n, err) != 0)
			return -1;
		if (row && row->read &&
		    row->read(r, member, (char *)target + row->offset, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- values ---- */

static int read_text(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	struct str *ret = target;

	if (!node_is(value, NODE_STRING))
		return fail(r, value, "a text is expected here", err);
	*ret = arena_str(arena_of(r), value->text);
	return arena_check(arena_of(r), err);
}

static int read_flag(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	bool *ret = target;

	if (!node_is(value, NODE_BOOL))
		return fail(r, value, "true or false is expected here", err);
	*ret = node_bool(value, false);
	return 0;
}

static int read_group(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	unsigned *ret = target;
	uint64_t n;

	if (!node_u64(value, &n) || n > 1000)
		return fail(r, value, "the number of a group is expected here", err);
	*ret = (unsigned)n;
	return 0;
}

static int read_distance(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	long *ret = target;
	uint64_t n;

	if (!node_u64(value, &n) || n > INT32_MAX)
		return fail(r, value, "a number of lines or columns is expected here", err);
	*ret = (long)n;
	return 0;
}

static int read_entropy(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	double *ret = target;
	char text[NUMBER_BYTES], *end;

	if (!node_is(value, NODE_NUMBER) || value->text.n >= sizeof text)
		return fail(r, value, "a number of bits is expected here, such as 3.5", err);
	memcpy(text, value->text.p, value->text.n);
	text[value->text.n] = '\0';
	*ret = strtod(text, &end);
	if (*end != '\0' || !(*ret >= 0 && *ret <= 64))
		return fail(r, value, "a number of bits is expected here, from 0 to 64", err);
	return 0;
}

static int add_text(
    struct gitleaks_reader *r, struct str_list *list, struct str text, struct err *err)
{
	text = arena_str(arena_of(r), text);
	if (!text.p)
		return arena_err(arena_of(r), err);
	list->p[list->n++] = text;
	return 0;
}

static int make_room(struct gitleaks_reader *r, struct str_list *list, size_t n, struct err *err)
{
	*list = (struct str_list){arena_array(arena_of(r), n, sizeof *list->p), 0};
	return list->p ? 0 : arena_err(arena_of(r), err);
}

/* One text is a list too, cut at commas. */
static int read_texts(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	struct str_list *list = target;
	struct str rest, one;

	if (node_is(value, NODE_STRING)) {
		rest = value->text;
		if (make_room(r, list, rest.n + 1, err) != 0)
			return -1;
		while (str_cut(&rest, ',', &one)) {
			if (one.n > 0 && add_text(r, list, one, err) != 0)
				return -1;
		}
		return 0;
	}
	if (!node_is(value, NODE_LIST))
		return fail(r, value, "a list of texts is expected here", err);
	if (make_room(r, list, value->n, err) != 0)
		return -1;
	for (const struct node *item = node_first(value); item; item = item->next) {
		if (!node_is(item, NODE_STRING))
			return fail(r, item, "a text is expected here", err);
		if (item->text.n > 0 && add_text(r, list, item->text, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- lists of what is allowed ---- */

static int read_condition(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	bool *all = target;
	struct str word;

	if (read_text(r, value, &word, err) != 0)
		return -1;
	*all = str_eq_nocase(word, STR("AND")) || str_eq(word, STR("&&"));
	if (!*all && word.n > 0 && !str_eq_nocase(word, STR("OR")) && !str_eq(word, STR("||")))
		return fail(r, value, "AND or OR is expected here", err);
	return 0;
}

static int read_target(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	static const struct str words[] = {[GITLEAKS_SECRET] = STR_INIT("secret"),
	    [GITLEAKS_MATCH] = STR_INIT("match"),
	    [GITLEAKS_LINE] = STR_INIT("line")};
	enum gitleaks_target *ret = target;
	struct str word;

	if (read_text(r, value, &word, err) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		*ret = (enum gitleaks_target)i;
		if (str_eq(word, words[i]))
			return 0;
	}
	*ret = GITLEAKS_SECRET;
	return word.n == 0 ? 0 : fail(r, value, "secret, match or line is expected here", err);
}

static const struct row allow_rows[] = {
    {"description", read_text, offsetof(struct gitleaks_allow, description)},
    {"condition", read_condition, offsetof(struct gitleaks_allow, all)},
    {"commits", read_texts, offsetof(struct gitleaks_allow, commits)},
    {"paths", read_texts, offsetof(struct gitleaks_allow, paths)},
    {"regexTarget", read_target, offsetof(struct gitleaks_allow, target)},
    {"regexes", read_texts, offsetof(struct gitleaks_allow, regexes)},
    {"stopwords", read_texts, offsetof(struct gitleaks_allow, stopwords)},
    /* the last one, of global lists alone */
    {"targetRules", read_texts, offsetof(struct gitleaks_allow, rules)},
};

static int add_allow(struct gitleaks_reader *r, const struct node *value, size_t n_rows,
    struct gitleaks_allows *list, struct err *err)
{
	struct gitleaks_allow allow = {.all = false};

	if (read_rows(r, value, allow_rows, n_rows, &allow, err) != 0 ||
	    place_of(r, value, &allow.place, err) != 0)
		return -1;
	if (allow.commits.n + allow.paths.n + allow.regexes.n + allow.stopwords.n == 0)
		return fail(r, value,
		    "a list of what is allowed names commits, paths, regexes or stopwords", err);
	return vec_push(list, arena_of(r), allow) ? 0 : arena_err(arena_of(r), err);
}

static int read_allows_by(struct gitleaks_reader *r, const struct node *value, size_t n_rows,
    struct gitleaks_allows *list, struct err *err)
{
	bool one = node_is(value, NODE_MAP);

	if (list->n > 0)
		return fail(
		    r, value, "allowlist and allowlists are one thing: write [[allowlists]]", err);
	if (one)
		return add_allow(r, value, n_rows, list, err);
	if (!node_is(value, NODE_LIST))
		return fail(r, value, "tables are expected here", err);
	for (const struct node *item = node_first(value); item; item = item->next) {
		if (add_allow(r, item, n_rows, list, err) != 0)
			return -1;
	}
	return 0;
}

static int read_rule_allows(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	return read_allows_by(r, value, ARRAY_LEN(allow_rows) - 1, target, err);
}

static int read_allows(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	return read_allows_by(r, value, ARRAY_LEN(allow_rows), target, err);
}

/* ---- rules ---- */

static const struct row required_rows[] = {
    {"id", read_text, offsetof(struct gitleaks_required, id)},
    {"withinLines", read_distance, offsetof(struct gitleaks_required, within_lines)},
    {"withinColumns", read_distance, offsetof(struct gitleaks_required, within_columns)},
};

static int read_required(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	struct gitleaks_rule *rule = target;

	if (!node_is(value, NODE_LIST))
		return fail(r, value, "tables are expected here: [[rules.required]]", err);
	for (const struct node *item = node_first(value); item; item = item->next) {
		struct gitleaks_required one = {.within_lines = -1, .within_columns = -1};

		if (read_rows(r, item, required_rows, ARRAY_LEN(required_rows), &one, err) != 0 ||
		    place_of(r, item, &one.place, err) != 0)
			return -1;
		if (one.id.n == 0)
			return fail(r, item, "the id of the rule that is required is missing", err);
		if (!vec_push(&rule->required, arena_of(r), one))
			return arena_err(arena_of(r), err);
	}
	return 0;
}

static const struct row rule_rows[] = {
    {"id", read_text, offsetof(struct gitleaks_rule, id)},
    {"description", read_text, offsetof(struct gitleaks_rule, description)},
    {"regex", read_text, offsetof(struct gitleaks_rule, regex)},
    {"path", read_text, offsetof(struct gitleaks_rule, path)},
    {"secretGroup", read_group, offsetof(struct gitleaks_rule, group)},
    {"entropy", read_entropy, offsetof(struct gitleaks_rule, entropy)},
    {"keywords", read_texts, offsetof(struct gitleaks_rule, keywords)},
    {"tags", read_texts, offsetof(struct gitleaks_rule, tags)},
    {"skipReport", read_flag, offsetof(struct gitleaks_rule, skip_report)},
    {"allowlist", read_rule_allows, offsetof(struct gitleaks_rule, allows)},
    {"allowlists", read_rule_allows, offsetof(struct gitleaks_rule, allows)},
    {"required", read_required, 0},
};

static struct gitleaks_rule *find_rule(struct gitleaks_config *config, struct str id)
{
	for (size_t i = 0; i < config->rules.n; i++) {
		if (str_eq(config->rules.p[i].id, id))
			return &config->rules.p[i];
	}
	return NULL;
}

static int read_rules(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	struct gitleaks_config *config = target;

	if (!node_is(value, NODE_LIST))
		return fail(r, value, "tables are expected here: [[rules]]", err);
	if (value->n > GITLEAKS_RULES_MAX)
		return fail(r, value, "more than 2000 rules", err);
	for (const struct node *item = node_first(value); item; item = item->next) {
		struct gitleaks_rule rule = {.group = 0}, *there;

		if (read_rows(r, item, rule_rows, ARRAY_LEN(rule_rows), &rule, err) != 0 ||
		    place_of(r, item, &rule.place, err) != 0)
			return -1;
		if (str_trim(rule.id).n == 0)
			return fail(r, item, "a rule has an id", err);
		there = find_rule(config, rule.id);
		if (there &&
		    warn(r, item, "a rule of this id was given before: this one holds", err))
			return -1;
		if (there)
			*there = rule;
		else if (!vec_push(&config->rules, arena_of(r), rule))
			return arena_err(arena_of(r), err);
	}
	return 0;
}

/* ---- the file ---- */

static int refuse_url(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	(void)target;
	return fail(r, value,
	    "nothing is fetched: get the file with curl, look at it, and name it as extend.path",
	    err);
}

static const struct row extend_rows[] = {
    {"useDefault", read_flag, offsetof(struct gitleaks_config, use_default)},
    {"path", read_text, offsetof(struct gitleaks_config, extend_path)},
    {"url", refuse_url, 0},
    {"disabledRules", read_texts, offsetof(struct gitleaks_config, disabled)},
};

static int read_extend(
    struct gitleaks_reader *r, const struct node *value, void *target, struct err *err)
{
	struct gitleaks_config *config = target;

	if (read_rows(r, value, extend_rows, ARRAY_LEN(extend_rows), config, err) != 0)
		return -1;
	if (config->use_default && config->extend_path.n > 0)
		return fail(r, value, "useDefault or path, not both", err);
	return 0;
}

static const struct row config_rows[] = {
    {"title", NULL, 0},
    {"description", NULL, 0},
    {"minVersion", NULL, 0}, /* of a program that this one is not */
    {"extend", read_extend, 0},
    {"rules", read_rules, 0},
    {"allowlist", read_allows, offsetof(struct gitleaks_config, allows)},
    {"allowlists", read_allows, offsetof(struct gitleaks_config, allows)},
};

int gitleaks_config_parse(struct str file, struct str text, struct arena *arena,
    struct gitleaks_config *ret, struct gitleaks_warnings *warnings, struct err *err)
{
	struct gitleaks_reader r = {.keys = {.source = file, .arena = arena}, .warnings = warnings};
	const struct syntax_problem *problem;
	struct node at = {.kind = NODE_NULL};

	*ret = (struct gitleaks_config){.use_default = false};
	if (text.n > GITLEAKS_CONFIG_BYTES)
		return err_set(err, ERR_CONFIG, STR_FMT ": more than 4 MiB", STR_ARG(file));
	if (toml_tree(text, NESTING, arena, &r.keys.tree, err) != 0) {
		err->code = err->code == ERR_LIMIT ? ERR_CONFIG : err->code;
		return err_wrap(err, STR_FMT, STR_ARG(file));
	}
	if (r.keys.tree.problems.n > 0) {
		problem = &r.keys.tree.problems.p[0];
		at.offset = problem->offset;
		at.end = problem->end;
		return fail(&r, &at, problem->what, err);
	}
	return read_rows(&r, r.keys.tree.roots.p[0], config_rows, ARRAY_LEN(config_rows), ret, err);
}

/* ---- extending ---- */

static int join_texts(
    struct str_list *list, const struct str_list *base, struct arena *arena, struct err *err)
{
	struct str *all = arena_array(arena, list->n + base->n, sizeof *all);

	if (!all)
		return arena_err(arena, err);
	for (size_t i = 0; i < base->n; i++)
		all[i] = base->p[i];
	for (size_t i = 0; i < list->n; i++)
		all[base->n + i] = list->p[i];
	*list = (struct str_list){all, base->n + list->n};
	return 0;
}

static int join_allows(struct gitleaks_allows *list, const struct gitleaks_allows *base,
    struct arena *arena, struct err *err)
{
	for (size_t i = 0; i < base->n; i++)
		(void)vec_push(list, arena, base->p[i]);
	return arena_check(arena, err);
}

/* What a rule does not say itself it has from the base's of the same id. */
static int merge_rule(struct gitleaks_rule *rule, const struct gitleaks_rule *base,
    struct arena *arena, struct err *err)
{
	if (rule->description.n == 0)
		rule->description = base->description;
	if (rule->regex.n == 0)
		rule->regex = base->regex;
	if (rule->path.n == 0)
		rule->path = base->path;
	if (rule->group == 0)
		rule->group = base->group;
	if (!(rule->entropy > 0))
		rule->entropy = base->entropy;
	rule->skip_report = base->skip_report;
	rule->required.n = 0;
	for (size_t i = 0; i < base->required.n; i++)
		(void)vec_push(&rule->required, arena, base->required.p[i]);
	if (join_texts(&rule->tags, &base->tags, arena, err) != 0 ||
	    join_texts(&rule->keywords, &base->keywords, arena, err) != 0)
		return -1;
	return join_allows(&rule->allows, &base->allows, arena, err);
}

bool gitleaks_config_disables(const struct gitleaks_config *config, struct str id)
{
	for (size_t i = 0; i < config->disabled.n; i++) {
		if (str_eq(config->disabled.p[i], id) ||
		    str_eq(gitleaks_rule_here(config->disabled.p[i]), id))
			return true;
	}
	return false;
}

int gitleaks_config_extend(struct gitleaks_config *config, const struct gitleaks_config *base,
    struct arena *arena, struct err *err)
{
	for (size_t i = 0; i < base->rules.n; i++) {
		const struct gitleaks_rule *rule = &base->rules.p[i];
		struct gitleaks_rule *there = find_rule(config, rule->id);

		if (gitleaks_config_disables(config, rule->id))
			continue;
		if (there ? merge_rule(there, rule, arena, err) != 0
			  : !vec_push(&config->rules, arena, *rule))
			return there ? -1 : arena_err(arena, err);
	}
	config->use_default |= base->use_default;
	if (base->use_default && join_texts(&config->disabled, &base->disabled, arena, err) != 0)
		return -1;
	return join_allows(&config->allows, &base->allows, arena, err);
}

/* ---- names ---- */

struct str gitleaks_rule_here(struct str id)
{
	static const struct {
		struct str theirs, ours;
	} names[] = {
#define ROW(theirs, ours) {STR_INIT(theirs), STR_INIT(ours)},
#include "peer/gitleaks_names.def"
#undef ROW
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_eq(names[i].theirs, id))
			return names[i].ours;
	}
	return id;
}
