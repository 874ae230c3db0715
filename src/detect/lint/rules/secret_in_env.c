#include "core/placeholder.h"
#include "detect/lint/rule.h"

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
	       !lint_is_harmless(value ? value->text : pair->value.text);
}

/* An address with a password or a token in it, under any name. */
static bool holds_login(
    const struct docker_view *view, const struct docker_step *step, const struct docker_pair *pair)
{
	const struct docker_value *value = value_of(view, step, pair->name.text);

	if (!value || !value->known)
		return pair->has_value && lint_has_login(pair->value.text);
	return lint_has_login(value->text);
}

static void check_pair(struct lint *l, const struct docker_view *view,
    const struct docker_step *step, const struct docker_pair *pair)
{
	const struct docker_instruction *in = step->instruction;

	if (lint_names_secret(pair->name.text) && holds_secret(view, step, pair)) {
		if (pair->value.text.n > 0 && pair->value.text.p[0] != '$')
			lint_hide_line(l);
		lint_report(l, docker_range(in, pair->raw), pair->name.text, NULL,
		    "%s " STR_FMT " looks like a secret's and stays in the image",
		    docker_kind_word(in->kind), STR_ARG(pair->name.text));
	} else if (holds_login(view, step, pair)) {
		lint_hide_line(l);
		lint_report(l, docker_range(in, pair->raw), pair->name.text, NULL,
		    "%s " STR_FMT " is an address with a login, and stays in the image",
		    docker_kind_word(in->kind), STR_ARG(pair->name.text));
	}
}

static void check_secret_in_env(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];
		const struct docker_instruction *in = step->instruction;

		if (in->kind != DOCKER_ARG && in->kind != DOCKER_ENV)
			continue;
		for (size_t k = 0; k < in->n_pairs; k++)
			check_pair(l, view, step, &in->pairs[k]);
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
    .clauses = {NIST("4.1.4"), PCI("8.6.2"), CIS("4.10")},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_secret_in_env,
};
