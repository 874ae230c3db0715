#include "detect/lint/rule.h"

static bool is_sh(struct str path)
{
	return str_eq(path, STR("/bin/sh")) || str_eq(path, STR("/usr/bin/sh"));
}

/* Without -f, ln replaces nothing: there was no /bin/sh, or something took it away. */
static bool is_replaced(const struct shell_script *script, const struct shell_command *ln)
{
	if (shell_has_flag(ln, "f") || shell_has_flag(ln, "force"))
		return true;
	for (const struct shell_command *c = script->commands.p; c < ln; c++)
		for (size_t i = 1; i < c->n_words; i++)
			if (!shell_is(c, "ln") && is_sh(c->words[i].text))
				return true;
	return false;
}

/* The link's own name is its last word. */
static void check_link_to_sh(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	if (shell_is(c, "ln") && c->n_words > 2 && is_sh(c->words[c->n_words - 1].text) &&
	    is_replaced(step->script, c))
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
