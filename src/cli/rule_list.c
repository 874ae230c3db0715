#include "cli/rule_list.h"

#include "base/vec.h"
#include "detect/lint/lint.h"
#include "detect/secret/secret_rules.h"

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
		    .severity = r->severity,
		};

		info.references.p = arena_array(arena, LINT_REFERENCES_MAX, sizeof(struct str));
		if (!info.references.p)
			return arena_err(arena, err);
		for (size_t k = 0; k < LINT_REFERENCES_MAX && r->references[k]; k++)
			info.references.p[info.references.n++] = str_of(r->references[k]);
		if (!vec_push(list, arena, info))
			return arena_err(arena, err);
	}
	return 0;
}

static int add_secrets(struct rule_list *list, struct arena *arena, struct err *err)
{
	struct secret_rules rules = {0};

	if (secret_rules_add_builtin(&rules, arena, err) != 0)
		return -1;
	for (size_t i = 0; i < rules.rules.n; i++) {
		const struct secret_rule *r = &rules.rules.p[i];
		struct rule_info info = {
		    .id = r->id,
		    .title = r->title,
		    .why = r->why,
		    .fix = r->fix,
		    .threat = r->threat,
		    .since = r->since,
		    .stage = STAGE_SECRETS,
		    .severity = r->severity,
		    .references = r->references,
		};

		if (!vec_push(list, arena, info))
			return arena_err(arena, err);
	}
	return 0;
}

int rule_list_all(struct rule_list *list, struct arena *arena, struct err *err)
{
	if (add_lint(list, arena, err) != 0)
		return -1;
	return add_secrets(list, arena, err);
}
