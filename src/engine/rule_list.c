#include "engine/rule_list.h"

#include "base/vec.h"
#include "detect/lint/lint.h"
#include "detect/secret/secret_rules.h"
#include "engine/image_rules.h"
#include "engine/run_rules.h"
#include "engine/scan_gitleaks.h"

/* What the built image's configuration is judged by as well (image_config.c). */
static bool is_of_image(const char *id)
{
	static const char *const ids[] = {
	    "DL3002", "DL3011", "DL3025", "PL1001", "PL1002", "PL1005", "PL3002"};

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		if (str_eq(str_of(ids[i]), str_of(id)))
			return true;
	}
	return false;
}

static int list_words(const char *const *words, size_t max, struct arena *arena,
    struct str_list *ret, struct err *err)
{
	*ret = (struct str_list){arena_array(arena, max, sizeof(struct str)), 0};
	if (!ret->p)
		return arena_err(arena, err);
	while (ret->n < max && words[ret->n]) {
		ret->p[ret->n] = str_of(words[ret->n]);
		ret->n++;
	}
	return 0;
}

static int add_lint(struct rule_list *list, struct arena *arena, struct err *err)
{
	size_t n;
	const struct lint_rule *const *rules = lint_rules(&n);

	for (size_t i = 0; i < n; i++) {
		const struct lint_rule *r = rules[i];
		struct rule_info info = {
		    .id = str_of(r->id),
		    .title = str_of(r->title),
		    .why = str_of(r->why),
		    .fix = str_of(r->fix),
		    .threat = str_of(r->threat),
		    .since = str_of(r->since),
		    .stage = STAGE_VALIDATE,
		    .more_stages = is_of_image(r->id) ? 1U << STAGE_SCAN : 0,
		    .severity = r->severity,
		    .opt_in = r->opt_in,
		};

		if (list_words(r->references, LINT_REFERENCES_MAX, arena, &info.references, err) !=
			0 ||
		    list_words(r->clauses, LINT_CLAUSES_MAX, arena, &info.clauses, err) != 0 ||
		    list_words(r->alias, LINT_ALIASES_MAX, arena, &info.aliases, err) != 0)
			return -1;
		if (!vec_push(list, arena, info))
			return arena_err(arena, err);
	}
	return 0;
}

static int add_secret_rules(
    struct rule_list *list, const struct secret_rules *rules, struct arena *arena, struct err *err)
{
	for (size_t i = 0; i < rules->rules.n; i++) {
		const struct secret_rule *r = &rules->rules.p[i];
		struct rule_info info = {
		    .id = r->id,
		    .title = r->title,
		    .why = r->why,
		    .fix = r->fix,
		    .threat = r->threat,
		    .since = r->since,
		    .opens = r->opens,
		    .revoke = r->revoke,
		    .stage = STAGE_SECRETS,
		    .severity = r->severity,
		    .generic = r->generic,
		    .references = r->references,
		};

		if (!vec_push(list, arena, info))
			return arena_err(arena, err);
	}
	return 0;
}

static int add_image(struct rule_list *list, struct arena *arena, struct err *err)
{
	size_t n;
	const struct image_rule *const *rules = image_rules(&n);

	for (size_t i = 0; i < n; i++) {
		const struct image_rule *r = rules[i];
		struct rule_info info = {
		    .id = str_of(r->id),
		    .title = str_of(r->title),
		    .why = str_of(r->why),
		    .fix = str_of(r->fix),
		    .threat = str_of(r->threat),
		    .since = str_of(r->since),
		    .stage = STAGE_SCAN,
		    .severity = r->severity,
		};

		if (!vec_push(list, arena, info))
			return arena_err(arena, err);
	}
	return 0;
}

static int add_run(struct rule_list *list, struct arena *arena, struct err *err)
{
	size_t n;
	const struct run_rule *const *rules = run_rules(&n);

	for (size_t i = 0; i < n; i++) {
		const struct run_rule *r = rules[i];
		struct rule_info info = {.id = str_of(r->id),
		    .title = str_of(r->title),
		    .why = str_of(r->why),
		    .fix = str_of(r->fix),
		    .threat = str_of(r->threat),
		    .since = str_of(r->since),
		    .stage = r->stage,
		    .severity = r->severity};

		if (!vec_push(list, arena, info))
			return arena_err(arena, err);
	}
	return 0;
}

int rule_list_all(struct rule_list *list, struct arena *arena, struct err *err)
{
	struct secret_rules builtin = {0};

	if (add_lint(list, arena, err) != 0 || secret_rules_add_builtin(&builtin, arena, err) != 0)
		return -1;
	if (add_secret_rules(list, &builtin, arena, err) != 0 || add_image(list, arena, err) != 0)
		return -1;
	return add_run(list, arena, err);
}

static int add_file(
    struct rule_list *list, const char *rules_file, struct arena *arena, struct err *err)
{
	struct secret_rules rules = {0};

	if (secret_rules_load(rules_file, arena, &rules, err) != 0)
		return -1;
	for (size_t i = 0; i < rules.path_rules.n; i++)
		(void)vec_push(&rules.rules, arena, rules.path_rules.p[i]);
	return add_secret_rules(list, &rules, arena, err);
}

int rule_names(
    const char *rules_file, struct arena *arena, struct policy_names *ret, struct err *err)
{
	struct rule_list list = {0};
	struct policy_name *names;
	size_t n = 0;

	if (rule_list_all(&list, arena, err) != 0 ||
	    (rules_file && add_file(&list, rules_file, arena, err) != 0))
		return -1;
	for (size_t i = 0; i < list.n; i++)
		n += 1 + list.p[i].aliases.n;
	names = arena_array(arena, n, sizeof *names);
	if (!names)
		return arena_err(arena, err);
	*ret = (struct policy_names){names, 0};
	for (size_t i = 0; i < list.n; i++) {
		struct policy_name name = {.id = list.p[i].id,
		    .stages = 1U << list.p[i].stage | list.p[i].more_stages,
		    .severity = list.p[i].severity,
		    .generic = list.p[i].generic};

		names[ret->n++] = name;
		name.alias_of = name.id;
		for (size_t k = 0; k < list.p[i].aliases.n; k++) {
			name.id = list.p[i].aliases.p[k];
			names[ret->n++] = name;
		}
	}
	return 0;
}
