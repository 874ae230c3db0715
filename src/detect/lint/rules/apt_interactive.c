#include "detect/lint/rule.h"

static void check_apt_interactive(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const same[] = {"install", "update", "upgrade", "remove", "purge",
	    "autoremove", "clean", "autoclean", NULL};
	static const char *const valued[] = {"t", "target-release", "o", "option", "c", NULL};

	(void)step;
	if (!shell_is(c, "apt"))
		return;
	if (str_eq(c->words[0].raw, STR("apt")) && lint_verb(c, same, valued))
		lint_edit(l, EDIT_SUGGESTED, shell_word_range(c, &c->words[0]), STR("apt-get"));
	lint_word(l, c, &c->words[0], "apt in a build step");
}

static bool is_apt(const struct hado_command *c)
{
	return hado_is(c, "apt");
}

const struct lint_rule rule_apt_interactive = {
    .id = "DL3027",
    .title = "apt is for people",
    .why = "The output and the options of apt change between versions, as its own manual "
	   "says; apt-get and apt-cache keep theirs.",
    .fix = "use apt-get or apt-cache",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://manpages.debian.org/stable/apt/apt.8.en.html"},
    .severity = SEVERITY_INFO,
    .command = check_apt_interactive,
    .hadolint = {.command = is_apt, .onbuild = true},
};
