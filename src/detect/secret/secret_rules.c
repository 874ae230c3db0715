/*
 * Reads rule files of a user's own, a pattern for each name; the build has read the built-in set.
 */
#include "detect/secret/secret_rules.h"

#include "base/json.h"
#include "detect/secret/embedded.h"

struct rules_reader {
	struct json_in json;
	struct str text, file;
	struct arena *arena;
	struct err *err;
};

static uint32_t line_of(struct str text, size_t offset)
{
	uint32_t line = 1;

	for (size_t i = 0; i < offset && i < text.n; i++)
		line += text.p[i] == '\n';
	return line;
}

static int refuse(const struct rules_reader *r, size_t offset, const char *why)
{
	return err_set(r->err, ERR_CONFIG, "%.*s:%u: %s", STR_ARG(r->file),
	    (unsigned)line_of(r->text, offset), why);
}

/* A malformed rule file is a mistake in the configuration, not in what is scanned. */
static int next(struct rules_reader *r, struct json_event *event)
{
	if (json_next(&r->json, event, r->err) == 0)
		return 0;
	if (r->err->code == ERR_FORMAT || r->err->code == ERR_LIMIT)
		r->err->code = ERR_CONFIG;
	return err_wrap(r->err, "%.*s", STR_ARG(r->file));
}

static int open_object(struct rules_reader *r)
{
	struct json_event event;

	if (next(r, &event))
		return -1;
	if (event.kind == JSON_OBJECT)
		return 0;
	return refuse(r, event.offset,
	    "secret rules are one JSON object: {\"name\": \"regular expression\", …}");
}

static int close_text(struct rules_reader *r)
{
	struct json_event event;

	return next(r, &event);
}

static int reader_init(
    struct rules_reader *r, struct str text, struct str file, struct arena *arena, struct err *err)
{
	*r = (struct rules_reader){.text = text, .file = file, .arena = arena, .err = err};
	if (text.n > SECRET_RULE_FILE_BYTES)
		return refuse(r, 0, "a file of secret rules may be 4 MiB at most");
	json_in_init(&r->json, text, arena);
	return open_object(r);
}

const struct secret_rule *secret_rules_find(const struct secret_rules *rules, struct str id)
{
	for (size_t i = 0; i < rules->rules.n; i++) {
		if (str_eq(rules->rules.p[i].id, id))
			return &rules->rules.p[i];
	}
	return NULL;
}

/* "Slack Token (v2)" to "slack-token-v2". */
static struct str kebab(struct str name, struct arena *arena)
{
	char *p = arena_alloc(arena, name.n + 1);
	size_t n = 0;

	if (!p)
		return STR_NONE;
	for (size_t i = 0; i < name.n; i++) {
		if (byte_is_alnum(name.p[i]))
			p[n++] = byte_lower(name.p[i]);
		else if (n > 0 && p[n - 1] != '-')
			p[n++] = '-';
	}
	while (n > 0 && p[n - 1] == '-')
		n--;
	return n ? str_make(p, n) : STR("rule");
}

static struct str free_id(const struct secret_rules *rules, struct str name, struct arena *arena)
{
	struct str stem = kebab(name, arena), id = stem;

	for (unsigned i = 2; id.p && secret_rules_find(rules, id); i++)
		id = arena_fmt(arena, "%.*s-%u", STR_ARG(stem), i);
	return id;
}

static bool has_nocase(struct str s, struct str word)
{
	for (size_t i = 0; i + word.n <= s.n; i++) {
		if (str_eq_nocase(str_sub(s, i, word.n), word))
			return true;
	}
	return false;
}

int secret_rule_of_file(struct str id, struct str description, struct str pattern, struct str file,
    struct arena *arena, struct secret_rule *ret, struct err *err)
{
	*ret = (struct secret_rule){
	    .id = arena_str(arena, id),
	    .name = arena_str(arena, id),
	    .title = arena_str(arena, description.n > 0 ? description : id),
	    .severity = SEVERITY_HIGH,
	    .generic = has_nocase(id, STR("generic")),
	    .why = STR("A rule file given with --rules says that this is a secret."),
	    .fix = STR("Revoke it first, then rewrite the branch so that no commit holds it; "
		       "deleting the line is not enough"),
	    .since = STR("2026-11-24"),
	    .threat = STR("credentials"),
	    .source = arena_str(arena, file),
	    .pattern = arena_str(arena, pattern),
	};
	return arena_check(arena, err);
}

static int rule_init(struct secret_rules *rules, struct rules_reader *r, struct str name,
    struct str pattern, struct secret_rule *ret)
{
	if (secret_rule_of_file(name, name, pattern, r->file, r->arena, ret, r->err) != 0)
		return -1;
	ret->id = free_id(rules, name, r->arena);
	return arena_check(r->arena, r->err);
}

static int add_rule(
    struct secret_rules *rules, struct rules_reader *r, const struct json_event *key)
{
	struct json_event value;
	struct secret_rule rule;

	if (next(r, &value))
		return -1;
	if (value.kind != JSON_STRING || str_empty(value.text))
		return refuse(r, value.offset, "a secret rule's value is a regular expression");
	if (value.text.n > SECRET_PATTERN_BYTES)
		return refuse(r, value.offset, "a pattern may be 16384 bytes long at most");
	if (rules->rules.n >= SECRET_RULES_MAX)
		return refuse(r, key->offset, "more than 2000 secret rules");
	if (rule_init(rules, r, key->text, value.text, &rule))
		return -1;
	vec_push(&rules->rules, r->arena, rule);
	return arena_check(r->arena, r->err);
}

int secret_rules_add_json(struct secret_rules *rules, struct str json, struct str file,
    struct arena *arena, struct err *err)
{
	struct json_event event;
	struct rules_reader r;

	if (reader_init(&r, json, file, arena, err))
		return -1;
	for (;;) {
		if (next(&r, &event))
			return -1;
		if (event.kind == JSON_OBJECT_END)
			return close_text(&r);
		if (add_rule(rules, &r, &event))
			return -1;
	}
}

int secret_rules_add_builtin(struct secret_rules *rules, struct arena *arena, struct err *err)
{
	for (size_t i = 0; i < embed_secret_rules_n; i++)
		vec_push(&rules->rules, arena, embed_secret_rules[i]);
	return arena_check(arena, err);
}
