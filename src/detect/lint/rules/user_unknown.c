#include "detect/lint/rule.h"

/* Of one file there is one last user, however its variable is written. */
#define IDENTITY STR("the last user is not known")

static void check_user_unknown(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *built = view->built;
	struct text_range range;
	struct str user;

	if (!built || !built->user_step)
		return;
	range = (struct text_range){
	    built->user_step->instruction->offset, built->user_step->instruction->head_end};
	user = built->user;
	if (built->user_known && !docker_user_is_root(user) &&
	    (!docker_user_is_valid(user) || built->user_step->instruction->n_words > 1)) {
		lint_weigh(l, WEIGHT_WARNS);
		lint_instruction(l, built->user_step->instruction,
		    "the last user is neither a name nor a number: the builder and the runtime "
		    "decide what it is");
	}
	if (built->user_known)
		return;
	if (docker_user_is_root(user))
		lint_report(l, range, IDENTITY, NULL,
		    "the last user may be root: it hangs on a variable that is not known here");
	else
		lint_report(l, range, IDENTITY, NULL,
		    "who the last user is cannot be known here: " STR_FMT, STR_ARG(user));
}

const struct lint_rule rule_user_unknown = {
    .id = "PL1005",
    .title = "who the last user is cannot be known",
    .why = "The base image, the build or the runtime decides whether this image runs as root, "
	   "and a reader of the file cannot tell: a variable that is not known, or what is "
	   "neither a name nor a number.",
    .fix = "name one user: USER 10001, or give the ARG a default",
    .threat = "host",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#user"},
    .clauses = {NIST("4.1.2"), PCI("7.2.5"), CIS("4.1")},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_user_unknown,
};
