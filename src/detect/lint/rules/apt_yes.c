#include "detect/lint/rule.h"

static const char *const install[] = {"install", NULL};

/* -y, or what stands for it: -qq, -q=2, --assume-yes, --force-yes. */
static bool answers(const struct shell_command *c)
{
	static const char *const yes[] = {
	    "y", "yes", "assume-yes", "force-yes", "allow-downgrades", NULL};

	for (const char *const *flag = yes; *flag; flag++)
		if (shell_has_flag(c, *flag))
			return true;
	return shell_count_flag(c, 'q') > 1 || shell_has_arg(c, "-q=2") ||
	       shell_has_arg(c, "APT::Get::Assume-Yes=true") || shell_has_flag(c, "quiet");
}

/* `yes | apt-get install`: somebody answers. */
static bool is_fed(const struct shell_command *c)
{
	return c->join == SHELL_PIPE;
}

static void check_apt_yes(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const managers[] = {"apt-get", "apt", "aptitude", NULL};
	static const char *const valued[] = {"t", "target-release", "o", "option", "c", NULL};
	const struct shell_word *word;
	struct text_range at;
	size_t i = 0;

	(void)step;
	if (!lint_is_any(c->name, managers) || answers(c) || is_fed(c) ||
	    !lint_next_operand(c, install, valued, &i, &word))
		return;
	at = shell_word_range(c, lint_verb(c, install, valued));
	at.offset = at.end;
	lint_edit(l, EDIT_SAFE, at, STR(" -y"));
	lint_command(l, c, STR_FMT " asks before it installs", STR_ARG(c->name));
}

static bool is_unanswered(const struct hado_command *c)
{
	static const char *const yes[] = {"y", "yes", "qq", "assume-yes", NULL};

	return hado_is(c, "apt-get") && hado_has_arg(c, "install") && !hado_has_any_flag(c, yes) &&
	       hado_count_flag(c, "q") + hado_count_flag(c, "quiet") != 2 &&
	       !hado_has_arg(c, "-q=2");
}

const struct lint_rule rule_apt_yes = {
    .id = "DL3014",
    .title = "apt-get asks and nobody answers",
    .why = "Without -y apt-get asks before it installs, finds nobody at the other end, and "
	   "the build stops.",
    .fix = "add -y",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/best-practices/#apt-get"},
    .severity = SEVERITY_LOW,
    .command = check_apt_yes,
    .hadolint = {.command = is_unanswered, .onbuild = true},
};
