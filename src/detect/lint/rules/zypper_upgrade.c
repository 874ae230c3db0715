#include "detect/lint/rule.h"

static const char *const verbs[] = {"dist-upgrade", "dup", NULL};

static void check_zypper_upgrade(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	(void)step;
	if (shell_is(c, "zypper") && lint_verb(c, verbs, lint_rpm_valued))
		lint_command(l, c, "the whole distribution is upgraded");
}

static bool upgrades(const struct hado_command *c)
{
	return hado_is(c, "zypper") && hado_has_any_arg(c, verbs);
}

const struct lint_rule rule_zypper_upgrade = {
    .id = "DL3035",
    .title = "zypper upgrades the whole distribution",
    .why = "An upgrade of everything replaces the base image by another one that nobody "
	   "has tested, and a newer base image does the same better.",
    .fix = "build on a newer base image",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://en.opensuse.org/SDB:Zypper_manual"},
    .severity = SEVERITY_LOW,
    .command = check_zypper_upgrade,
    .hadolint = {.command = upgrades, .onbuild = true},
};
