#include "detect/lint/rule.h"

static void check_last_user_root(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *last = view->n_stages ? &view->stages[view->n_stages - 1] : NULL;
	struct str user;

	if (!last || !last->user_step)
		return;
	user = last->user;
	(void)str_split(last->user, ':', &user, &(struct str){NULL, 0});
	if (str_eq(user, STR("root")) || str_eq(user, STR("0")))
		lint_instruction(l, last->user_step->instruction, "the last user is root");
}

const struct lint_rule rule_last_user_root = {
    .id = "DL3002",
    .title = "the last user is root",
    .why = "What breaks into the container's process has root's rights in it, and one flaw "
	   "of the kernel or a mounted folder away, on the host.",
    .fix = "end the stage with a user of its own, such as USER 10001",
    .threat = "host",
    .since = "2026-11-23",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/best-practices/#user",
		   "https://www.cisecurity.org/benchmark/docker"},
    .severity = SEVERITY_HIGH,
    .dockerfile = check_last_user_root,
};
