#include "detect/lint/rule.h"

/* The link's own name is its last word. */
static void check_link_to_sh(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	const struct shell_word *last = &c->words[c->n_words - 1];

	(void)step;
	if (shell_is(c, "ln") && c->n_words > 2 &&
	    (str_eq(last->text, STR("/bin/sh")) || str_eq(last->text, STR("/usr/bin/sh"))))
		lint_command(l, c, "/bin/sh becomes another shell");
}

static bool links(const struct hado_command *c)
{
	return hado_is(c, "ln") && hado_has_arg(c, "/bin/sh");
}

const struct lint_rule rule_link_to_sh = {
    .id = "DL4005",
    .title = "/bin/sh is replaced by a link",
    .why = "Every script of the image that names /bin/sh gets another shell, and the next "
	   "update of the package takes the link back.",
    .fix = "say SHELL [\"/bin/bash\", \"-c\"]",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/reference/dockerfile/#shell"},
    .severity = SEVERITY_LOW,
    .command = check_link_to_sh,
    .hadolint = {.command = links, .onbuild = true},
};
