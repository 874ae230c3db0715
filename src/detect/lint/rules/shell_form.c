#include "detect/lint/rule.h"

static void check_shell_form(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;

		if ((in->kind == DOCKER_CMD || in->kind == DOCKER_ENTRYPOINT) && !in->exec_form &&
		    in->args.n > 0)
			lint_instruction(l, in, "%s in shell form", docker_kind_word(in->kind));
	}
}

const struct lint_rule rule_shell_form = {
    .id = "DL3025",
    .title = "CMD or ENTRYPOINT in shell form",
    .why = "A shell stands between the container and its process: signals do not reach it, "
	   "so it is killed instead of stopped, and the shell expands what it is given.",
    .fix = "write it as a JSON list: ENTRYPOINT [\"sshd\", \"-D\"]",
    .threat = "runtime",
    .since = "2026-11-23",
    .peer = "warning",
    .references = {"https://docs.docker.com/reference/dockerfile/#shell-and-exec-form"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_shell_form,
};
