#include "detect/lint/rule.h"

/* What is copied there may bring it. A folder is not told from a file. */
static bool may_bring_passwd(const struct docker_instruction *in)
{
	struct str to;

	if (in->kind == DOCKER_RUN)
		return true;
	if ((in->kind != DOCKER_COPY && in->kind != DOCKER_ADD) || in->n_words < 2)
		return false;
	to = in->words[in->n_words - 1].text;
	while (to.n > 1 && to.p[to.n - 1] == '/')
		to.n--;
	return str_chr(to, '$') != STR_NPOS || to.n == 0 || to.p[0] != '/' || to.n == 1 ||
	       str_eq(to, STR("/etc")) || str_eq(to, STR("/etc/passwd"));
}

static bool is_name(struct str user)
{
	return user.n > 0 && str_chr(user, '$') == STR_NPOS && !docker_is_number(user);
}

static bool has_name(struct str owner)
{
	struct str user = owner, group = STR_NONE;

	(void)str_split(owner, ':', &user, &group);
	return is_name(user) || is_name(group);
}

static void check_step(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	const struct docker_flag *owner = docker_flag_get(in, "chown");

	if (in->kind == DOCKER_USER && in->n_words > 0 && has_name(in->words[0].text))
		lint_instruction(l, in, "nothing says on scratch who " STR_FMT " is",
		    STR_ARG(in->words[0].text));
	else if ((in->kind == DOCKER_COPY || in->kind == DOCKER_ADD) && owner &&
		 has_name(owner->value.text))
		lint_report(l, docker_range(in, owner->raw), owner->raw, NULL,
		    "nothing says on scratch who " STR_FMT " is", STR_ARG(owner->value.text));
}

static void check_name_on_scratch(struct lint *l, const struct docker_view *view)
{
	if (!view->built || !view->built->lowest->scratch)
		return;
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (step->onbuild || !step->stage || !step->stage->shipped)
			continue;
		check_step(l, step);
		if (may_bring_passwd(step->instruction))
			return;
	}
}

const struct lint_rule rule_name_on_scratch = {
    .id = "PL1026",
    .title = "a user by name where no list of users is",
    .why =
	"On scratch there is no /etc/passwd: a runtime does not find the user and refuses to start, and a builder does not find the owner of what it copies.",
    .fix = "use numbers, such as USER 10001, or copy /etc/passwd and /etc/group from another stage",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#user",
	"https://docs.docker.com/reference/dockerfile/#copy---chown---chmod"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_name_on_scratch,
};
