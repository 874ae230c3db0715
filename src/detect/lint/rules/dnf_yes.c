#include "detect/lint/rule.h"

static const char *const install[] = {
    "install", "in", "groupinstall", "localinstall", "reinstall", "update", "upgrade", NULL};

static void check_dnf_yes(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const managers[] = {"dnf", "microdnf", "tdnf", NULL};
	static const char *const answers[] = {"y", "assumeyes", NULL};
	struct text_range at;

	(void)step;
	if (!lint_is_any(c->name, managers) || c->join == SHELL_PIPE ||
	    !lint_verb(c, install, lint_rpm_valued))
		return;
	for (const char *const *flag = answers; *flag; flag++)
		if (shell_has_flag(c, *flag))
			return;
	at = shell_word_range(c, lint_verb(c, install, lint_rpm_valued));
	at.offset = at.end;
	lint_edit(l, EDIT_SAFE, at, STR(" -y"));
	lint_command(l, c, STR_FMT " asks before it goes on", STR_ARG(c->name));
}

static bool is_unanswered(const struct hado_command *c)
{
	static const char *const managers[] = {"dnf", "microdnf", NULL};
	static const char *const verbs[] = {"install", "groupinstall", "localinstall", NULL};
	static const char *const answers[] = {"y", "assumeyes", NULL};

	return hado_is_any(c, managers) && hado_has_any_arg(c, verbs) &&
	       !hado_has_any_flag(c, answers);
}

const struct lint_rule rule_dnf_yes = {
    .id = "DL3038",
    .title = "dnf asks and nobody answers",
    .why = "Without -y dnf asks before it installs, finds nobody at the other end, and the "
	   "build stops.",
    .fix = "add -y",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://dnf.readthedocs.io/en/latest/command_ref.html"},
    .severity = SEVERITY_LOW,
    .command = check_dnf_yes,
    .hadolint = {.command = is_unanswered, .onbuild = true},
};
