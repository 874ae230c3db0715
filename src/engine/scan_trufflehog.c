#include "engine/scan_trufflehog.h"

#include "base/json.h"
#include "base/os/fd.h"
#include "detect/secret/terms.h"

enum { FILE_BYTES = 4 << 20, LINES_MAX = 10000 };

struct amending {
	struct secret_rules *rules;
	struct arena *arena;
	const struct secret_regex *include;
	VEC(const struct secret_allow *) allows;
};

struct expression_list {
	VEC(struct str) list;
};

/* ---- files ---- */

static int read_file(const char *file, struct arena *arena, struct str *ret, struct err *err)
{
	if (file_read(file, FILE_BYTES, arena, ret, err) == 0)
		return 0;
	err->code = ERR_CONFIG;
	return -1;
}

static int make_regex(struct amending *a, const char *file, const struct expression_list *texts,
    const struct secret_regex **ret, struct err *err)
{
	struct secret_regex *regex;

	if (secret_regex_make(
		SECRET_DIALECT_PYTHON, texts->list.p, texts->list.n, a->arena, &regex, err) != 0) {
		err->code = err->code == ERR_NOMEM ? err->code : ERR_CONFIG;
		return err_wrap(err, "%s", file);
	}
	*ret = regex;
	return 0;
}

/* An expression a line, from the beginning of a path on; '#' begins a comment. */
static int read_paths(
    struct amending *a, const char *file, const struct secret_regex **ret, struct err *err)
{
	struct expression_list texts = {.list = {0}};
	struct str text, line;

	*ret = NULL;
	if (!file)
		return 0;
	if (read_file(file, a->arena, &text, err) != 0)
		return -1;
	while (str_cut(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		line = arena_fmt(a->arena, "\\A(?:" STR_FMT ")", STR_ARG(line));
		(void)vec_push(&texts.list, a->arena, line);
	}
	if (texts.list.n > LINES_MAX)
		return err_set(err, ERR_CONFIG, "%s: more than 10000 lines", file);
	if (arena_check(a->arena, err) != 0)
		return -1;
	return texts.list.n > 0 ? make_regex(a, file, &texts, ret, err) : 0;
}

static int add_allow(struct amending *a, struct secret_allow allow, struct err *err)
{
	struct secret_allow *kept = arena_new(a->arena, struct secret_allow);

	if (!kept)
		return arena_err(a->arena, err);
	*kept = allow;
	return vec_push(&a->allows, a->arena, kept) ? 0 : arena_err(a->arena, err);
}

/* A text as an expression: line ends stand for blanks of any kind. */
static struct str literal(struct amending *a, struct str text)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(8 * text.n + 64);

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n')
			buf_add(&out, STR("(?:\\\\n|[ \\t\\r\\n+-])+"));
		else
			buf_addf(&out, "\\x%02x", (unsigned)(unsigned char)text.p[i]);
	}
	return buf_ok(&out) ? arena_str(a->arena, buf_str(&out)) : STR_NONE;
}

static int add_allowed(struct amending *a, const char *file, struct str text,
    struct expression_list *texts, struct err *err)
{
	struct json_in json;
	struct json_event event;

	json_in_init(&json, text, a->arena);
	if (json_next(&json, &event, err) != 0)
		return -1;
	if (event.kind != JSON_OBJECT)
		return err_set(
		    err, ERR_CONFIG, "%s: one JSON object of names and texts is expected", file);
	for (;;) {
		struct str one;

		if (json_next(&json, &event, err) != 0)
			return -1;
		if (event.kind == JSON_OBJECT_END)
			return arena_check(a->arena, err);
		if (json_next(&json, &event, err) != 0)
			return -1;
		if (event.kind != JSON_STRING || event.text.n == 0)
			return err_set(err, ERR_CONFIG, "%s: what is allowed is a text", file);
		one = str_starts(event.text, STR("regex:")) ? str_sub(event.text, 6, event.text.n)
							    : literal(a, event.text);
		one = arena_str(a->arena, one);
		(void)vec_push(&texts->list, a->arena, one);
	}
}

static int read_allowed(struct amending *a, const char *file, struct err *err)
{
	struct expression_list texts = {.list = {0}};
	struct secret_allow allow = {.target = SECRET_TARGET_MATCH};
	struct str text;

	if (!file)
		return 0;
	if (read_file(file, a->arena, &text, err) != 0)
		return -1;
	if (add_allowed(a, file, text, &texts, err) != 0) {
		err->code = err->code == ERR_NOMEM ? err->code : ERR_CONFIG;
		return -1;
	}
	if (texts.list.n == 0)
		return 0;
	if (make_regex(a, file, &texts, &allow.regexes, err) != 0)
		return -1;
	return add_allow(a, allow, err);
}

/* ---- rules ---- */

/* In files: what git itself writes is full of ids. */
static int only_files(struct amending *a, struct secret_terms *terms, struct err *err)
{
	static const struct str any = STR_INIT("."), own = STR_INIT("\\A\\.git/");
	struct secret_allow *allow = arena_new(a->arena, struct secret_allow);
	struct secret_regex *path, *except;

	if (!allow)
		return arena_err(a->arena, err);
	if (secret_regex_make(SECRET_DIALECT_PYTHON, &any, 1, a->arena, &path, err) != 0 ||
	    secret_regex_make(SECRET_DIALECT_PYTHON, &own, 1, a->arena, &except, err) != 0)
		return -1;
	terms->path = path;
	allow->paths = except;
	return vec_push(&terms->allows, a->arena, allow) ? 0 : arena_err(a->arena, err);
}

/* More than twenty characters of an alphabet, and more bits a character than that. */
static int add_entropy(
    struct amending *a, const char *id, const char *pattern, double bits, struct err *err)
{
	struct secret_terms *terms = arena_new(a->arena, struct secret_terms);
	struct secret_rule rule;

	if (!terms)
		return arena_err(a->arena, err);
	if (secret_rule_of_file(str_of(id), STR("High Entropy"), str_of(pattern), STR("--entropy"),
		a->arena, &rule, err) != 0 ||
	    only_files(a, terms, err) != 0)
		return -1;
	terms->entropy = bits;
	rule.terms = terms;
	return vec_push(&a->rules->rules, a->arena, rule) ? 0 : arena_err(a->arena, err);
}

static int amend_rule(struct amending *a, struct secret_rule *rule, struct err *err)
{
	struct secret_terms *terms = arena_new(a->arena, struct secret_terms);

	if (!terms)
		return arena_err(a->arena, err);
	if (rule->terms)
		*terms = *rule->terms;
	terms->include = a->include;
	for (size_t i = 0; i < a->allows.n; i++)
		(void)vec_push(&terms->allows, a->arena, a->allows.p[i]);
	rule->terms = terms;
	return arena_check(a->arena, err);
}

static int amend_all(struct amending *a, struct err *err)
{
	if (!a->include && a->allows.n == 0)
		return 0;
	for (size_t i = 0; i < a->rules->rules.n; i++) {
		if (amend_rule(a, &a->rules->rules.p[i], err) != 0)
			return -1;
	}
	for (size_t i = 0; i < a->rules->path_rules.n; i++) {
		if (amend_rule(a, &a->rules->path_rules.p[i], err) != 0)
			return -1;
	}
	return 0;
}

int secret_rules_amend(struct secret_rules *rules, const struct secret_amend *amend,
    struct arena *arena, struct err *err)
{
	struct amending a = {.rules = rules, .arena = arena};
	struct secret_allow excluded = {.all = false};

	if (amend->entropy &&
	    (add_entropy(&a, "high-entropy-base64", "[A-Za-z0-9+/=]{21,}", 4.5, err) != 0 ||
		add_entropy(&a, "high-entropy-hex", "[0-9a-fA-F]{21,}", 3.0, err) != 0))
		return -1;
	if (read_paths(&a, amend->include, &a.include, err) != 0 ||
	    read_paths(&a, amend->exclude, &excluded.paths, err) != 0 ||
	    (excluded.paths && add_allow(&a, excluded, err) != 0) ||
	    read_allowed(&a, amend->allow, err) != 0)
		return -1;
	return amend_all(&a, err);
}
