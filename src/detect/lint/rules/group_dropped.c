#include "detect/lint/rule.h"

struct members {
	struct str users[LINT_ACCOUNTS_MAX];
	size_t n;
};

static void find_members(struct members *m, const struct docker_step *step)
{
	for (size_t i = 0; i < step->script->commands.n; i++) {
		struct lint_account account;

		if (lint_account_read(&step->script->commands.p[i], &account) &&
		    account.joins_group && m->n < LINT_ACCOUNTS_MAX)
			m->users[m->n++] = account.user;
	}
}

static void check_user(struct lint *l, const struct members *m, const struct docker_instruction *in)
{
	struct str user, group;

	if (in->n_words == 0 || !str_split(in->words[0].text, ':', &user, &group) || group.n == 0)
		return;
	for (size_t i = 0; i < m->n; i++) {
		if (str_eq(m->users[i], user)) {
			lint_instruction(l, in,
			    STR_FMT " was put into other groups, and has " STR_FMT " alone here",
			    STR_ARG(user), STR_ARG(group));
			return;
		}
	}
}

static void check_group_dropped(struct lint *l, const struct docker_view *view)
{
	struct members members = {.n = 0};

	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (step->onbuild || !step->stage || !step->stage->shipped)
			continue;
		if (lint_step_is(step, DOCKER_RUN) && step->script)
			find_members(&members, step);
		else if (lint_step_is(step, DOCKER_USER))
			check_user(l, &members, step->instruction);
	}
}

const struct lint_rule rule_group_dropped = {
    .id = "PL1025",
    .title = "USER with a group drops the groups of its user",
    .why =
	"With a group behind the colon the process has that group alone: those that the user was put into are gone, and with them the rights that they were for.",
    .fix = "leave the group out: USER name; or give the rights to the group that stays",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#user"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_group_dropped,
};
