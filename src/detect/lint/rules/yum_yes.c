#include "detect/lint/rule.h"

static const char *const flags[] = {"y", "assumeyes", NULL};
static const char *const managers[] = {"yum", NULL};

static void check_yum_yes(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const verbs[] = {
	    "install", "groupinstall", "localinstall", "reinstall", "update", "upgrade", NULL};

	(void)step;
	lint_check_answers(
	    l, c, &(const struct lint_answers){managers, verbs, flags, " -y", false});
}

static bool is_unanswered(const struct hado_command *c)
{
	static const char *const verbs[] = {"install", "groupinstall", "localinstall", NULL};

	return hado_is_unanswered(
	    c, &(const struct lint_answers){.managers = managers, .verbs = verbs, .flags = flags});
}

const struct lint_rule rule_yum_yes = {
    .id = "DL3030",
    .title = "yum asks and nobody answers",
    .why = "Without -y yum asks before it installs, finds nobody at the other end, and the "
	   "build stops.",
    .fix = "add -y",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://dnf.readthedocs.io/en/latest/command_ref.html"},
    .severity = SEVERITY_LOW,
    .command = check_yum_yes,
    .hadolint = {.command = is_unanswered, .onbuild = true},
};
