#include "detect/lint/kind.h"

struct visit {
	lint_variable_fn *fn;
	struct lint *lint;
	const void *arg;
	struct str word;
};

static bool begins_with(struct str text, const char *const *starts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(text, str_of(starts[i])))
			return true;
	return false;
}

/* "${X:-y}" and the like say what holds without X. */
static bool has_default(struct str word, struct str name)
{
	static const char *const ends[] = {"-", ":-", "+", ":+", "?", ":?"};

	for (size_t at = str_find(word, STR("${")); at != STR_NPOS;) {
		struct str rest = str_sub(word, at + 2, word.n);
		size_t next;

		if (str_starts(rest, name) &&
		    begins_with(str_sub(rest, name.n, rest.n), ends, ARRAY_LEN(ends)))
			return true;
		next = str_find(rest, STR("${"));
		at = next == STR_NPOS ? next : at + 2 + next;
	}
	return false;
}

static enum docker_worth look(const void *arg, struct str name, struct str *ret_value)
{
	const struct visit *v = *(const struct visit *const *)arg;

	(void)ret_value;
	if (!has_default(v->word, name))
		v->fn(v->lint, v->arg, name);
	return DOCKER_OPEN;
}

void lint_variables(struct lint *l, const struct docker_view *view, struct str word,
    lint_variable_fn *fn, const void *arg)
{
	const struct visit visit = {fn, l, arg, word};
	const struct visit *at = &visit;
	struct str text;
	bool known;

	if (str_chr(word, '$') != STR_NPOS && docker_expand(word, view->file->escape, look, &at,
						  l->arena, &text, &known, l->err) != 0)
		l->failed = true;
}

bool lint_is_platform_arg(struct str name)
{
	static const char *const starts[] = {"TARGET", "BUILD"};
	static const char *const ends[] = {"PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT"};

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		for (size_t k = 0; k < ARRAY_LEN(ends); k++)
			if (str_starts(name, str_of(starts[i])) &&
			    str_eq(str_sub(name, str_of(starts[i]).n, name.n), str_of(ends[k])))
				return true;
	return false;
}
