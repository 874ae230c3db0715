#include "detect/lint/rule.h"

static const char *const flags[] = {"non-interactive", "n", "no-confirm", "y", NULL};
static const char *const managers[] = {"zypper", NULL};

static void check_zypper_yes(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const verbs[] = {"install", "in", "remove", "rm", "source-install", "si",
	    "patch", "update", "up", "dist-upgrade", "dup", NULL};

	(void)step;
	lint_check_answers(l, c, &(const struct lint_answers){managers, verbs, flags, " -n", true});
}

static bool is_unanswered(const struct hado_command *c)
{
	static const char *const verbs[] = {
	    "install", "in", "remove", "rm", "source-install", "si", "patch", NULL};

	return hado_is_unanswered(
	    c, &(const struct lint_answers){.managers = managers, .verbs = verbs, .flags = flags});
}

const struct lint_rule rule_zypper_yes = {
    .id = "DL3034",
    .title = "zypper asks and nobody answers",
    .why = "Without -n zypper asks before it installs, finds nobody at the other end, and "
	   "the build stops.",
    .fix = "add -n",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://en.opensuse.org/SDB:Zypper_manual"},
    .severity = SEVERITY_LOW,
    .command = check_zypper_yes,
    .hadolint = {.command = is_unanswered, .onbuild = true},
};
