#include "detect/lint/rule.h"

/* "$NAME" or "${NAME}", and what is not a longer name. */
static bool uses(struct str value, struct str name)
{
	for (size_t at = 0; at + name.n < value.n; at++) {
		bool brace = value.p[at] == '{';
		size_t begin = at + 1, end = begin + name.n;

		if ((value.p[at] != '$' && !(brace && at > 0 && value.p[at - 1] == '$')) ||
		    !str_eq(str_sub(value, begin, name.n), name))
			continue;
		if (brace ? end < value.n && value.p[end] == '}'
			  : end == value.n || !(byte_is_alnum(value.p[end]) || value.p[end] == '_'))
			return true;
	}
	return false;
}

/* The first pair whose name another pair's value uses; NULL: none. */
static const struct docker_pair *find_used(
    const struct docker_instruction *in, size_t from, size_t *ret_by)
{
	for (size_t i = from; i < in->n_pairs; i++)
		for (size_t k = 0; k < in->n_pairs; k++)
			if (i != k && in->pairs[i].name.text.n > 0 &&
			    uses(in->pairs[k].value.raw, in->pairs[i].name.text)) {
				*ret_by = k;
				return &in->pairs[i];
			}
	return NULL;
}

static bool defines(const struct docker_instruction *in, struct str name)
{
	if (in->kind != DOCKER_ENV && in->kind != DOCKER_ARG)
		return false;
	for (size_t i = 0; i < in->n_pairs; i++)
		if (str_eq(in->pairs[i].name.text, name))
			return true;
	return false;
}

/* In the stage or in one that it builds on. */
static bool is_set_before(const struct docker_view *view, size_t at, struct str name)
{
	const struct docker_stage *stage = view->steps[at].stage;

	for (size_t i = at; i-- > 0;) {
		const struct docker_step *step = &view->steps[i];

		while (stage && step->stage != stage && step->stage &&
		       step->stage->index < stage->index && stage->parent == step->stage)
			stage = stage->parent;
		if (step->stage == stage && defines(step->instruction, name))
			return true;
	}
	return false;
}

static void check_env_of_itself(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;
		const struct docker_pair *pair;
		size_t by = 0;

		if (!lint_step_is(&view->steps[i], DOCKER_ENV) || view->steps[i].onbuild)
			continue;
		pair = find_used(in, 0, &by);
		/* A base image may set it. */
		if (pair && !is_set_before(view, i, pair->name.text) &&
		    !str_eq(pair->name.text, STR("PATH")))
			lint_report(l, docker_range(in, in->pairs[by].raw), in->text.text, NULL,
			    STR_FMT " is used here and set in the same ENV",
			    STR_ARG(pair->name.text));
	}
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct docker_instruction *in = pass->steps[i].in;
		bool bad = false;

		for (size_t k = 0; in->kind == DOCKER_ENV && k < in->n_pairs && !bad; k++) {
			struct str name = in->pairs[k].name.text;
			bool before = false;

			for (size_t other = 0; other < in->n_pairs; other++)
				bad |= other != k && uses(in->pairs[other].value.raw, name);
			for (size_t earlier = 0; bad && earlier < i; earlier++)
				before |= defines(pass->steps[earlier].in, name);
			bad = bad && !before;
		}
		if (bad)
			hado_report(l, pass->steps[i].line);
	}
}

const struct lint_rule rule_env_of_itself = {
    .id = "DL3044",
    .title = "a variable is used in the ENV that sets it",
    .why = "All values of one ENV are made before any of them is set: the variable has the "
	   "value from before, mostly none.",
    .fix = "set it in an ENV above",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "error",
    .references = {"https://docs.docker.com/reference/dockerfile/#environment-replacement"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_env_of_itself,
    .hadolint = {.pass = judge},
};
