#include "detect/lint/rule.h"

/* Of one file there is one last user, however its variable is written. */
#define IDENTITY STR("the last user is not known")

static void check_user_unknown(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *built = view->built;
	struct text_range range;
	struct str user;

	if (!built || !built->user_step || built->user_known)
		return;
	range = (struct text_range){
	    built->user_step->instruction->offset, built->user_step->instruction->head_end};
	user = built->user;
	if (docker_user_is_root(user))
		lint_report(l, range, IDENTITY, NULL,
		    "the last user may be root: it hangs on a variable that is not known here");
	else
		lint_report(l, range, IDENTITY, NULL,
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
