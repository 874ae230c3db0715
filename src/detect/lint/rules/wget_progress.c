#include "detect/lint/rule.h"

static void check_wget_progress(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const quiet[] = {"q", "quiet", "o", "output-file", "a", "append-output",
	    "no-verbose", "progress", "spider", "version", "help", "b", NULL};

	(void)step;
	if (!shell_is(c, "wget") || c->n_words < 2 || shell_has_arg(c, "-nv"))
		return;
	for (const char *const *flag = quiet; *flag; flag++)
		if (shell_has_flag(c, *flag))
			return;
	for (size_t i = 1; i < c->n_words; i++)
		if (str_starts(c->words[i].text, STR("-nv")))
			return;
	lint_command(l, c, "wget shows its progress in the log");
}

static bool is_loud(const struct hado_command *c)
{
	static const char *const quiet[] = {
	    "progress", "q", "quiet", "o", "output-file", "a", "append-output", "no-verbose", NULL};

	return hado_is(c, "wget") && !hado_has_any_flag(c, quiet) && !hado_has_arg(c, "-nv");
}

const struct lint_rule rule_wget_progress = {
    .id = "DL3047",
    .title = "wget fills the log of the build",
    .why = "Its progress bar is a line for each 50 KB where there is no terminal: what "
	   "matters in the log is lost in it.",
    .fix = "add -q; the wget of GNU also has -nv and --progress=dot:giga",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "info",
    .references = {"https://www.gnu.org/software/wget/manual/wget.html"},
    .severity = SEVERITY_INFO,
    .command = check_wget_progress,
    .hadolint = {.command = is_loud, .onbuild = true},
};
