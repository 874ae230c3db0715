#include "engine/scan_gitsecrets.h"

#include "detect/secret/terms.h"

static int add_rule(struct str pattern, const struct secret_terms *terms, struct arena *arena,
    struct secret_rules *ret, struct err *err)
{
	struct str id = arena_fmt(arena, "git-secrets-%zu", ret->rules.n + 1);
	struct secret_rule rule;

	if (!id.p)
		return arena_err(arena, err);
	if (pattern.n > SECRET_PATTERN_BYTES)
		return err_set(err, ERR_CONFIG, "a pattern of more than 16384 bytes");
	if (secret_rule_of_file(id, STR("a pattern of git-secrets"), pattern,
		STR("secrets.patterns"), arena, &rule, err) != 0)
		return -1;
	rule.dialect = SECRET_DIALECT_ERE_WORD;
	rule.terms = terms;
	return vec_push(&ret->rules, arena, rule) ? 0 : arena_err(arena, err);
}

int git_secrets_rules(const struct str_list *patterns, const struct str_list *allowed,
    struct arena *arena, struct secret_rules *ret, struct err *err)
{
	struct secret_terms *terms = arena_new(arena, struct secret_terms);
	struct secret_allow *allow = arena_new(arena, struct secret_allow);
	struct secret_regex *regexes;

	if (!terms || !allow)
		return arena_err(arena, err);
	if (allowed->n > 0) {
		if (secret_regex_make(
			SECRET_DIALECT_ERE, allowed->p, allowed->n, arena, &regexes, err) != 0)
			return err_wrap(err, "secrets.allowed");
		*allow = (struct secret_allow){.target = SECRET_TARGET_GREP, .regexes = regexes};
		(void)vec_push(&terms->allows, arena, allow);
	}
	if (patterns->n > SECRET_RULES_MAX)
		return err_set(err, ERR_CONFIG, "more than 2000 patterns");
	for (size_t i = 0; i < patterns->n; i++) {
		if (add_rule(patterns->p[i], terms, arena, ret, err) != 0)
			return -1;
	}
	return arena_check(arena, err);
}

int git_secrets_check(struct str pattern, struct arena *arena, struct err *err)
{
	struct secret_regex *regex;

	return secret_regex_make(SECRET_DIALECT_ERE, &pattern, 1, arena, &regex, err);
}
