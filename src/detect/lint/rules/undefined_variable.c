#include "detect/lint/rule.h"

struct step_word {
	const struct docker_view *view;
	const struct docker_step *step;
	struct str word;
};

static bool is_set_by_base(const struct docker_base *base, struct str name)
{
	struct str key, value;

	for (size_t i = 0; i < base->n_env; i++)
		if (str_split(base->env[i], '=', &key, &value) && str_eq(key, name))
			return true;
	return false;
}

static bool is_set(const struct docker_stage *stage, struct str name)
{
	for (const struct docker_stage *s = stage; s; s = s->parent)
		if (map_has(&s->env, name) || map_has(&s->args, name))
			return true;
	return str_eq(name, STR("PATH")) ||
	       (stage->outside && is_set_by_base(stage->outside, name));
}

/* A base that is not known may set any variable, but what is declared for FROM, or set by every
 * builder, is meant to be that. */
static void check_variable(struct lint *l, const void *arg, struct str name)
{
	const struct step_word *use = arg;
	const struct docker_stage *stage = use->step->stage;
	struct text_range range = docker_range(use->step->instruction, use->word);

	if (is_set(stage, name))
		return;
	if (lint_is_platform_arg(name) || map_has(&use->view->global_args, name))
		lint_report(l, range, name, "declare it by ARG in this stage",
		    "this stage does not declare " STR_FMT ", so it is empty here", STR_ARG(name));
	else if (stage->outside || stage->lowest->scratch)
		lint_report(l, range, name, NULL,
		    "neither this file nor the base image sets " STR_FMT, STR_ARG(name));
}

static void check_word(struct lint *l, struct step_word use, struct str word)
{
	use.word = word;
	lint_variables(l, use.view, word, check_variable, &use);
}

static bool takes_variables(enum docker_kind kind)
{
	return kind == DOCKER_ENV || kind == DOCKER_LABEL || kind == DOCKER_COPY ||
	       kind == DOCKER_ADD || kind == DOCKER_WORKDIR || kind == DOCKER_USER ||
	       kind == DOCKER_EXPOSE || kind == DOCKER_VOLUME || kind == DOCKER_STOPSIGNAL;
}

static void check_undefined_variable(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];
		const struct docker_instruction *in = step->instruction;
		const struct step_word use = {view, step, STR_NONE};

		if (!step->stage || step->onbuild || in->exec_form || !takes_variables(in->kind))
			continue;
		for (size_t k = 0; k < in->n_words; k++)
			check_word(l, use, in->words[k].raw);
		for (size_t k = 0; k < in->n_pairs; k++)
			if (in->pairs[k].has_value)
				check_word(l, use, in->pairs[k].value.raw);
	}
}

const struct lint_rule rule_undefined_variable = {
    .id = "UndefinedVar",
    .title = "the variable is not set",
    .why = "A variable that nothing sets is empty: a path, a name or a version is cut short, and "
	   "the build goes on.",
    .fix = "declare it by ARG or ENV in this stage, or correct its name",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/build-checks/undefined-var/",
	"https://docs.docker.com/reference/dockerfile/#environment-replacement"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_undefined_variable,
};
