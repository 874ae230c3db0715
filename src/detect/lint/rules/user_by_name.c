#include "detect/lint/rule.h"

static struct str without_group(struct str user)
{
	size_t colon = str_chr(user, ':');

	return colon == STR_NPOS ? user : str_sub(user, 0, colon);
}

static bool is_digits(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!byte_is_digit(text.p[i]))
			return false;
	return text.n > 0;
}

/* Of the image alone; root is another rule's. */
static void check_user_by_name(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *s = view->built;
	struct str user;

	/* Windows has names alone. */
	if (!s || !s->user_step || !s->user_known || s->user_step->stage != s ||
	    lint_windows(view, s) != WINDOWS_NO)
		return;
	user = without_group(s->user);
	if (user.n > 0 && !is_digits(user) && !docker_user_is_root(s->user) &&
	    docker_user_is_valid(s->user))
		lint_instruction(l, s->user_step->instruction,
		    "the image's user is the name " STR_FMT ", not a number", STR_ARG(user));
}

/* "$A" or "${A}" for an ARG above. */
static bool uses_arg(const struct hado_pass *pass, size_t at, struct str text)
{
	for (size_t i = 0; i < at; i++) {
		const struct docker_instruction *in = pass->steps[i].in;
		struct str name;
		size_t found;

		if (in->kind != DOCKER_ARG || in->n_pairs == 0)
			continue;
		name = in->pairs[0].name.text;
		for (struct str rest = text; (found = str_find(rest, name)) != STR_NPOS;
		    rest = str_sub(rest, found + 1, rest.n))
			if (name.n > 0 && ((found > 0 && rest.p[found - 1] == '$') ||
					      (found > 1 && rest.p[found - 1] == '{' &&
						  rest.p[found - 2] == '$')))
				return true;
	}
	return false;
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct hado_step *step = &pass->steps[i];

		if (step->in->kind == DOCKER_USER && !is_digits(without_group(step->in->args)) &&
		    !uses_arg(pass, i, step->in->args))
			hado_report(l, step->line);
	}
}

const struct lint_rule rule_user_by_name = {
    .id = "DL3066",
    .title = "the last user is a name",
    .why = "Kubernetes can only see that a number is not root: with runAsNonRoot it does "
	   "not start an image whose user is a name.",
    .fix = "say the number: USER 10001",
    .threat = "host",
    .since = "2026-11-27",
    .peer = "info",
    .references = {"https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_user_by_name,
    .hadolint = {.pass = judge},
};
