#include "detect/lint/rule.h"

static void check_user_unknown(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *built = view->built;
	struct str user;

	if (!built || !built->user_step || built->user_known)
		return;
	user = built->user;
	if (docker_user_is_root(user))
		lint_instruction(l, built->user_step->instruction,
		    "the last user may be root: it hangs on a variable that is not known here");
	else
		lint_instruction(l, built->user_step->instruction,
		    "who the last user is cannot be known here: " STR_FMT, STR_ARG(user));
}

const struct lint_rule rule_user_unknown = {
    .id = "PL1005",
    .title = "the last user depends on a variable that is not known",
    .why = "The base image or the build decides whether this image runs as root, and a "
	   "reader of the file cannot tell.",
    .fix = "name the user: USER 10001, or give the ARG a default",
    .threat = "host",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#user"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_user_unknown,
};
