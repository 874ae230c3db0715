#include "detect/lint/rule.h"

static void check_sudo(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	(void)step;
	if (shell_is(c, "sudo"))
		lint_word(l, c, &c->words[0], "sudo in a build step");
}

static bool is_sudo(const struct hado_command *c)
{
	return hado_is(c, "sudo");
}

const struct lint_rule rule_sudo = {
    .id = "DL3004",
    .title = "sudo in a build",
    .why = "A build step is root already, and an image that carries sudo lets whoever gets "
	   "in become root.",
    .fix = "leave sudo out; switch with USER if a step needs another user",
    .threat = "host",
    .since = "2026-11-23",
    .peer = "error",
    .references = {"https://docs.docker.com/build/building/best-practices/#user"},
    .clauses = {NIST("4.1.2"), PCI("7.2.5")},
    .severity = SEVERITY_MEDIUM,
    .command = check_sudo,
    .hadolint = {.command = is_sudo, .onbuild = true},
};
