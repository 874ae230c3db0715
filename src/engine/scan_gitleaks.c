#include "engine/scan_gitleaks.h"

#include "base/os/fd.h"
#include "detect/secret/terms.h"
#include "peer/gitleaks_config.h"

enum { EXTENDS_MAX = 2 };

struct gitleaks_building {
	struct arena *arena;
	struct secret_rules *rules;
	struct gitleaks_config config;
	struct gitleaks_warnings warnings;
	struct str file;
};

/* ---- files ---- */

static int read_config(
    struct gitleaks_building *b, const char *file, struct gitleaks_config *ret, struct err *err)
{
	struct str text;

	if (file_read(file, GITLEAKS_CONFIG_BYTES, b->arena, &text, err) != 0) {
		err->code = ERR_CONFIG;
		return err_wrap(err, "secret rules");
	}
	return gitleaks_config_parse(str_of(file), text, b->arena, ret, &b->warnings, err);
}

/* From where the program runs, as gitleaks has it; else beside the file that names it. */
static const char *find_extended(struct gitleaks_building *b, const char *file, struct str path)
{
	struct str folder = str_of(file);
	const char *here = arena_cstr(b->arena, path);

	if (!here || file_exists(here) || str_starts(path, STR("/")))
		return here;
	folder = str_sub(folder, 0, folder.n - str_base_name(folder).n);
	return arena_fmt(b->arena, STR_FMT STR_FMT, STR_ARG(folder), STR_ARG(path)).p;
}

static int load(struct gitleaks_building *b, const char *file, unsigned depth,
    struct gitleaks_config *ret, struct err *err)
{
	struct gitleaks_config base;
	const char *extended;

	if (read_config(b, file, ret, err) != 0)
		return -1;
	if (ret->extend_path.n == 0)
		return 0;
	if (depth == EXTENDS_MAX)
		return err_set(err, ERR_CONFIG,
		    "%s: the third file that is extended, which gitleaks would not read: put what it "
		    "extends into it",
		    file);
	extended = find_extended(b, file, ret->extend_path);
	if (!extended)
		return arena_err(b->arena, err);
	if (load(b, extended, depth + 1, &base, err) != 0)
		return -1;
	return gitleaks_config_extend(ret, &base, b->arena, err);
}

/* ---- terms ---- */

static int fail_at(struct str place, struct err *err)
{
	err->code = err->code == ERR_NOMEM || err->code == ERR_LIMIT ? err->code : ERR_CONFIG;
	return err_wrap(err, STR_FMT, STR_ARG(place));
}

static struct str_list lowered(struct gitleaks_building *b, const struct str_list *from)
{
	struct str_list list = {arena_array(b->arena, from->n, sizeof *list.p), 0};

	for (size_t i = 0; list.p && i < from->n; i++) {
		struct str text = str_trim(from->p[i]);
		char *p = arena_alloc(b->arena, text.n + 1);

		for (size_t k = 0; p && k < text.n; k++)
			p[k] = byte_lower(text.p[k]);
		list.p[list.n++] = str_make(p, p ? text.n : 0);
	}
	return list;
}

static int make_regexes(struct gitleaks_building *b, const struct str_list *list, struct str place,
    const struct secret_regex **ret, struct err *err)
{
	struct secret_regex *regex;

	if (list->n == 0)
		return 0;
	if (secret_regex_make(SECRET_DIALECT_RE2, list->p, list->n, b->arena, &regex, err) != 0)
		return fail_at(place, err);
	*ret = regex;
	return 0;
}

static int make_allow(struct gitleaks_building *b, const struct gitleaks_allow *from,
    const struct secret_allow **ret, struct err *err)
{
	static const enum secret_target targets[] = {[GITLEAKS_SECRET] = SECRET_TARGET_SECRET,
	    [GITLEAKS_MATCH] = SECRET_TARGET_MATCH,
	    [GITLEAKS_LINE] = SECRET_TARGET_LINE};
	struct secret_allow *allow = arena_new(b->arena, struct secret_allow);

	if (!allow)
		return arena_err(b->arena, err);
	*allow = (struct secret_allow){.all = from->all,
	    .target = targets[from->target],
	    .commits = lowered(b, &from->commits),
	    .stopwords = lowered(b, &from->stopwords)};
	*ret = allow;
	if (make_regexes(b, &from->paths, from->place, &allow->paths, err) != 0 ||
	    make_regexes(b, &from->regexes, from->place, &allow->regexes, err) != 0)
		return -1;
	return arena_check(b->arena, err);
}

static int add_allows(struct gitleaks_building *b, const struct gitleaks_allows *from,
    struct secret_terms *terms, struct err *err)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct secret_allow *allow;

		if (make_allow(b, &from->p[i], &allow, err) != 0)
			return -1;
		(void)vec_push(&terms->allows, b->arena, allow);
	}
	return arena_check(b->arena, err);
}

static int add_required(struct gitleaks_building *b, const struct gitleaks_rule *from,
    struct secret_terms *terms, struct err *err)
{
	for (size_t i = 0; i < from->required.n; i++) {
		const struct gitleaks_required *one = &from->required.p[i];
		struct secret_required required = {one->id, one->within_lines, one->within_columns};
		bool there = false;

		for (size_t k = 0; k < b->config.rules.n; k++)
			there |= str_eq(b->config.rules.p[k].id, one->id);
		if (!there)
			return err_set(err, ERR_CONFIG,
			    STR_FMT ": no rule of this file has the id \"" STR_FMT "\"",
			    STR_ARG(one->place), STR_ARG(str_excerpt(one->id, 60)));
		(void)vec_push(&terms->required, b->arena, required);
	}
	return arena_check(b->arena, err);
}

/* ---- rules ---- */

/* Terms of a rule are written while it is made, and read from then on. */
static struct secret_terms *terms_of(struct gitleaks_building *b, struct secret_rule *rule)
{
	struct secret_terms *terms = arena_new(b->arena, struct secret_terms);

	if (terms && rule->terms)
		*terms = *rule->terms;
	rule->terms = terms;
	return terms;
}

static struct secret_rule *find_rule(struct secret_rules *rules, struct str id)
{
	for (size_t i = 0; i < rules->rules.n; i++) {
		if (str_eq(rules->rules.p[i].id, id))
			return &rules->rules.p[i];
	}
	for (size_t i = 0; i < rules->path_rules.n; i++) {
		if (str_eq(rules->path_rules.p[i].id, id))
			return &rules->path_rules.p[i];
	}
	return NULL;
}

static int check_groups(
    struct gitleaks_building *b, const struct gitleaks_rule *from, struct err *err)
{
	struct secret_regex *regex;

	if (secret_regex_make(SECRET_DIALECT_RE2, &from->regex, 1, b->arena, &regex, err) != 0)
		return fail_at(from->place, err);
	if (from->group <= secret_regex_groups(regex))
		return 0;
	return err_set(err, ERR_CONFIG, STR_FMT ": secretGroup is %u, and the regex has %u groups",
	    STR_ARG(from->place), from->group, secret_regex_groups(regex));
}

static int make_terms(struct gitleaks_building *b, const struct gitleaks_rule *from,
    struct secret_terms *terms, struct err *err)
{
	const struct str_list path = {(struct str[]){from->path}, from->path.n > 0 ? 1 : 0};

	terms->group = from->group;
	terms->entropy = from->entropy;
	terms->keywords = lowered(b, &from->keywords);
	terms->hidden = from->skip_report;
	if (make_regexes(b, &path, from->place, &terms->path, err) != 0 ||
	    add_required(b, from, terms, err) != 0)
		return -1;
	return add_allows(b, &from->allows, terms, err);
}

static int add_rule(struct gitleaks_building *b, const struct gitleaks_rule *from, struct err *err)
{
	struct secret_rule rule, *there = find_rule(b->rules, from->id);
	struct str pattern = from->regex.n > 0 ? from->regex : from->path;
	struct secret_terms *terms;

	if (pattern.n > SECRET_PATTERN_BYTES)
		return err_set(err, ERR_CONFIG, STR_FMT ": a pattern of more than 16384 bytes",
		    STR_ARG(from->place));
	if (from->regex.n > 0 && check_groups(b, from, err) != 0)
		return -1;
	if (secret_rule_of_file(
		from->id, from->description, pattern, b->file, b->arena, &rule, err))
		return -1;
	rule.dialect = SECRET_DIALECT_RE2;
	terms = terms_of(b, &rule);
	if (!terms)
		return arena_err(b->arena, err);
	if (make_terms(b, from, terms, err) != 0)
		return -1;
	if (there)
		*there = rule;
	else if (from->regex.n > 0)
		(void)vec_push(&b->rules->rules, b->arena, rule);
	else
		(void)vec_push(&b->rules->path_rules, b->arena, rule);
	return arena_check(b->arena, err);
}

static int warn_unused(
    struct gitleaks_building *b, struct str place, struct str id, struct err *err)
{
	struct str text = arena_fmt(b->arena,
	    STR_FMT ": there is no rule \"" STR_FMT "\" here (see `plimsoll rules`): this changes "
		    "nothing",
	    STR_ARG(place), STR_ARG(str_excerpt(id, 60)));

	(void)vec_push(&b->warnings, b->arena, text);
	return arena_check(b->arena, err);
}

/* Neither a regex nor a path: it says something of a rule of the default set. */
static int amend_rule(
    struct gitleaks_building *b, const struct gitleaks_rule *from, struct err *err)
{
	struct secret_rule *rule = find_rule(b->rules, gitleaks_rule_here(from->id));
	struct secret_terms *terms;

	if (!b->config.use_default)
		return err_set(err, ERR_CONFIG, STR_FMT ": a rule has a regex or a path",
		    STR_ARG(from->place));
	if (!rule)
		return warn_unused(b, from->place, from->id, err);
	terms = terms_of(b, rule);
	if (!terms)
		return arena_err(b->arena, err);
	terms->entropy = from->entropy > 0 ? from->entropy : terms->entropy;
	return add_allows(b, &from->allows, terms, err);
}

static int add_default(struct gitleaks_building *b, struct err *err)
{
	size_t kept = 0;

	if (!b->config.use_default)
		return 0;
	if (secret_rules_add_builtin(b->rules, b->arena, err) != 0)
		return -1;
	for (size_t i = 0; i < b->config.disabled.n; i++) {
		if (!find_rule(b->rules, gitleaks_rule_here(b->config.disabled.p[i])) &&
		    warn_unused(b, b->file, b->config.disabled.p[i], err) != 0)
			return -1;
	}
	for (size_t i = 0; i < b->rules->rules.n; i++) {
		if (!gitleaks_config_disables(&b->config, b->rules->rules.p[i].id))
			b->rules->rules.p[kept++] = b->rules->rules.p[i];
	}
	b->rules->rules.n = kept;
	return 0;
}

/* ---- lists of what is allowed everywhere ---- */

static int allow_in(struct gitleaks_building *b, struct secret_rule *rule,
    const struct secret_allow *allow, struct err *err)
{
	struct secret_terms *terms = terms_of(b, rule);

	if (!terms)
		return arena_err(b->arena, err);
	(void)vec_push(&terms->allows, b->arena, allow);
	return arena_check(b->arena, err);
}

static int allow_in_all(
    struct gitleaks_building *b, const struct secret_allow *allow, struct err *err)
{
	for (size_t i = 0; i < b->rules->rules.n; i++) {
		if (allow_in(b, &b->rules->rules.p[i], allow, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < b->rules->path_rules.n; i++) {
		if (allow_in(b, &b->rules->path_rules.p[i], allow, err) != 0)
			return -1;
	}
	return 0;
}

static int allow_in_some(struct gitleaks_building *b, const struct gitleaks_allow *from,
    const struct secret_allow *allow, struct err *err)
{
	for (size_t i = 0; i < from->rules.n; i++) {
		struct secret_rule *rule = find_rule(b->rules, from->rules.p[i]);

		if (!rule)
			rule = find_rule(b->rules, gitleaks_rule_here(from->rules.p[i]));
		if (!rule && !b->config.use_default)
			return err_set(err, ERR_CONFIG,
			    STR_FMT ": targetRules: no rule has the id \"" STR_FMT "\"",
			    STR_ARG(from->place), STR_ARG(str_excerpt(from->rules.p[i], 60)));
		if (rule ? allow_in(b, rule, allow, err) != 0
			 : warn_unused(b, from->place, from->rules.p[i], err) != 0)
			return -1;
	}
	return 0;
}

static int add_global(struct gitleaks_building *b, struct err *err)
{
	for (size_t i = 0; i < b->config.allows.n; i++) {
		const struct gitleaks_allow *from = &b->config.allows.p[i];
		const struct secret_allow *allow;

		if (make_allow(b, from, &allow, err) != 0)
			return -1;
		if (from->rules.n > 0 ? allow_in_some(b, from, allow, err) != 0
				      : allow_in_all(b, allow, err) != 0)
			return -1;
	}
	return 0;
}

static int build(struct gitleaks_building *b, const char *file, struct err *err)
{
	if (load(b, file, 0, &b->config, err) != 0 || add_default(b, err) != 0)
		return -1;
	for (size_t i = 0; i < b->config.rules.n; i++) {
		const struct gitleaks_rule *from = &b->config.rules.p[i];
		bool amends = from->regex.n == 0 && from->path.n == 0;

		if ((amends ? amend_rule(b, from, err) : add_rule(b, from, err)) != 0)
			return -1;
	}
	return add_global(b, err);
}

int secret_rules_load(
    const char *file, struct arena *arena, struct secret_rules *ret, struct err *err)
{
	struct gitleaks_building b = {.arena = arena, .rules = ret, .file = str_of(file)};
	struct str json;

	if (str_ends(b.file, STR(".toml"))) {
		if (build(&b, file, err) != 0)
			return -1;
		ret->warnings = (struct str_list){b.warnings.p, b.warnings.n};
		return 0;
	}
	if (file_read(file, SECRET_RULE_FILE_BYTES, arena, &json, err) != 0) {
		err->code = ERR_CONFIG;
		return err_wrap(err, "secret rules");
	}
	return secret_rules_add_json(ret, json, b.file, arena, err);
}
