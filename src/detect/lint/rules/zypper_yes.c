#include "detect/lint/rule.h"

static const char *const install[] = {"install", "in", "remove", "rm", "source-install", "si",
    "patch", "update", "up", "dist-upgrade", "dup", NULL};

static void check_zypper_yes(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const managers[] = {"zypper", NULL};
	static const char *const answers[] = {"non-interactive", "n", "no-confirm", "y", NULL};
	struct text_range at;

	(void)step;
	if (!lint_is_any(c->name, managers) || c->join == SHELL_PIPE ||
	    !lint_verb(c, install, lint_rpm_valued))
		return;
	for (const char *const *flag = answers; *flag; flag++)
		if (shell_has_flag(c, *flag))
			return;
	at = shell_word_range(c, &c->words[0]);
	at.offset = at.end;
	lint_edit(l, EDIT_SAFE, at, STR(" -n"));
	lint_command(l, c, STR_FMT " asks before it goes on", STR_ARG(c->name));
}

static bool is_unanswered(const struct hado_command *c)
{
	static const char *const managers[] = {"zypper", NULL};
	static const char *const verbs[] = {
	    "install", "in", "remove", "rm", "source-install", "si", "patch", NULL};
	static const char *const answers[] = {"non-interactive", "n", "no-confirm", "y", NULL};

	return hado_is_any(c, managers) && hado_has_any_arg(c, verbs) &&
	       !hado_has_any_flag(c, answers);
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
