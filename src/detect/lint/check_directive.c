/*
 * "# check=skip=A,B;error=true;experimental=C" in a Dockerfile's leading block: what its author
 * asks of Docker's build checks, and so of the rules that say what these do.
 *
 * Source: Docker's documentation of build checks.
 */
#include "detect/lint/kind.h"

bool check_directive_next(struct str *rest, struct str *ret_key, struct str *ret_value)
{
	struct str one;

	while (str_cut(rest, ';', &one)) {
		*ret_key = one;
		*ret_value = STR_NONE;
		(void)str_split(one, '=', ret_key, ret_value);
		*ret_key = str_trim(*ret_key);
		*ret_value = str_trim(*ret_value);
		if (ret_key->n > 0)
			return true;
	}
	return false;
}

void check_directive_read(const struct dockerfile *file, struct check_directive *ret)
{
	struct str rest = STR_NONE, key, value;

	*ret = (struct check_directive){.line = 0};
	for (size_t i = 0; i < file->directives.n; i++) {
		const struct docker_directive *d = &file->directives.p[i];

		if (!str_eq_nocase(d->name, STR("check")))
			continue;
		rest = d->value;
		ret->line = line_index_line(&file->lines, (size_t)(d->value.p - file->text.p));
	}
	while (check_directive_next(&rest, &key, &value)) {
		if (str_eq_nocase(key, STR("skip")))
			ret->skip = value;
		else if (str_eq_nocase(key, STR("experimental")))
			ret->experimental = value;
		else if (str_eq_nocase(key, STR("error")))
			ret->error = str_eq_nocase(value, STR("true"));
	}
}

/* The ids of all other rules end in a number. */
bool check_is(const struct lint_rule *rule)
{
	struct str id = str_of(rule->id);

	return rule->alias[0] || !byte_is_digit(id.p[id.n - 1]);
}

bool check_is_listed(struct str list, const struct lint_rule *rule)
{
	struct str name;

	if (!check_is(rule))
		return false;
	while (str_cut(&list, ',', &name)) {
		name = str_trim(name);
		if (str_eq_nocase(name, STR("all")) || lint_rule_is(rule, name))
			return true;
	}
	return false;
}
