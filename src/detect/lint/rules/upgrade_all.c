#include "detect/lint/rule.h"

static void check_upgrade_all(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const verbs[] = {
	    "dist-upgrade", "full-upgrade", "do-release-upgrade", NULL};

	(void)step;
	if (shell_is(c, "do-release-upgrade")) {
		lint_command(l, c, "it makes another distribution of the base");
		return;
	}
	if (!shell_is(c, "apt-get") && !shell_is(c, "apt") && !shell_is(c, "aptitude"))
		return;
	for (const char *const *verb = verbs; *verb; verb++)
		if (shell_has_arg(c, *verb))
			lint_command(l, c, STR_FMT " %s may install and remove anything",
			    STR_ARG(c->name), *verb);
}

const struct lint_rule rule_upgrade_all = {
    .id = "PL1042",
    .title = "the whole distribution is upgraded",
    .why =
	"It may install and remove packages at will, among them what the base needs: the image is no longer what its base's publisher tested, and each build is another.",
    .fix = "take a newer base image, and install corrections with apt-get upgrade if it is late",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warn",
    .references = {"https://docs.docker.com/build/building/best-practices/#apt-get"},
    .severity = SEVERITY_INFO,
    .command = check_upgrade_all,
};
