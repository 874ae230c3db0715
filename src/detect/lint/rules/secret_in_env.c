#include "core/placeholder.h"
#include "detect/lint/rule.h"

static bool is_any(struct str word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq_nocase(word, str_of(words[i])))
			return true;
	}
	return false;
}

/* A word of the name says secret, and none says that it is only a file's name, a public part or a
 * number. */
static bool names_secret(struct str name)
{
	static const char *const secret[] = {"apikey", "auth", "credential", "credentials",
	    "password", "passwd", "pword", "secret", "token", "passphrase"};
	static const char *const harmless[] = {
	    "public", "file", "path", "version", "url", "ttl", "length", "dir", "name", "id"};
	struct str rest = name, word, before = STR_NONE;
	bool found = false;

	while (str_cut(&rest, '_', &word)) {
		if (is_any(word, harmless, ARRAY_LEN(harmless)))
			return false;
		found |= is_any(word, secret, ARRAY_LEN(secret));
		found |=
		    str_eq_nocase(word, STR("key")) &&
		    (str_eq_nocase(before, STR("api")) || str_eq_nocase(before, STR("access")) ||
			str_eq_nocase(before, STR("private")) ||
			str_eq_nocase(before, STR("secret")));
		before = word;
	}
	return found;
}

/* A switch, a number, or where something is: nobody's secret. */
static bool is_harmless(struct str value)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "none",
	    "null", "basic", "bearer", "enabled", "disabled"};
	uint64_t number;

	return is_any(value, words, ARRAY_LEN(words)) || str_starts(value, STR("/")) ||
	       str_starts(value, STR("http://")) || str_starts(value, STR("https://")) ||
	       (value.n <= 4 && str_to_u64(value, &number));
}

/* What the pair is worth where the build is, with variables and given arguments resolved. */
static const struct docker_value *value_of(
    const struct docker_view *view, const struct docker_step *step, struct str name)
{
	const struct docker_stage *s = step->stage;
	const struct map *map = !s				 ? &view->global_args
				: lint_step_is(step, DOCKER_ENV) ? &s->env
								 : &s->args;
	const struct docker_value *value = map_get(map, name);

	return value && value->instruction == step->instruction ? value : NULL;
}

/* A stand-in is no secret; what comes from a variable of unknown worth is one, and so is what is
 * given to an ARG without a default. */
static bool holds_secret(
    const struct docker_view *view, const struct docker_step *step, const struct docker_pair *pair)
{
	const struct docker_value *value = value_of(view, step, pair->name.text);

	if (!pair->has_value && !(value && value->known))
		return lint_step_is(step, DOCKER_ARG);
	if (value && !value->known)
		return true;
	return !placeholder_is(value ? value->text : pair->value.text) &&
	       !is_harmless(value ? value->text : pair->value.text);
}

static void check_secret_in_env(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];
		const struct docker_instruction *in = step->instruction;

		if (in->kind != DOCKER_ARG && in->kind != DOCKER_ENV)
			continue;
		for (size_t k = 0; k < in->n_pairs; k++) {
			const struct docker_pair *pair = &in->pairs[k];

			if (names_secret(pair->name.text) && holds_secret(view, step, pair))
				lint_report(l, docker_range(in, pair->raw), pair->name.text, NULL,
				    "%s " STR_FMT " looks like a secret's and stays in the image",
				    docker_kind_word(in->kind), STR_ARG(pair->name.text));
		}
	}
}

const struct lint_rule rule_secret_in_env = {
    .id = "PL1003",
    .alias = {"SecretsUsedInArgOrEnv"},
    .title = "a secret in ARG or ENV",
    .why = "Values of ENV and of build arguments stand in the image's configuration and "
	   "history, for everyone who can pull it.",
    .fix = "give it to the container at run time, or to a build step with RUN "
	   "--mount=type=secret",
    .threat = "credentials",
    .since = "2026-11-23",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/secrets/"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_secret_in_env,
};
